// The only bridge between page and main process: these five functions, no ipcRenderer.

'use strict';

const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('engine', {
  attach: () => ipcRenderer.invoke('engine:attach'),
  start: (name, parameters) => ipcRenderer.invoke('engine:start', name, parameters),
  cancel: (id) => ipcRenderer.invoke('engine:cancel', id),
  result: (id) => ipcRenderer.invoke('engine:result', id),
  /** `listener(batch)` may return a promise; the next batches come when it has dealt with this one. */
  onEvents(listener) {
    ipcRenderer.on('engine:events', async (_event, batch) => {
      try {
        await listener(batch);
      } finally {
        ipcRenderer.send('engine:acknowledge', batch.page);
      }
    });
  },
});
