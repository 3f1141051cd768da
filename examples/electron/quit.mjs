/**
 * Lets the application quit only after the engine has ended what runs. On `will-quit` and not on `before-quit`: at that
 * point all windows have agreed to close, so nothing is cancelled for a quit that a page then prevents.
 *
 * @param {Pick<Electron.App, 'on' | 'quit'>} app
 * @param {Pick<import('cloudops-execution-engine').ExecutionEngine, 'close'>} engine
 */
export function closeBeforeQuit(app, engine) {
  let closed = false;
  let closing;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closing ??= engine
      .close({ mode: 'cancel', timeout_ms: 2000 })
      .catch((error) => console.error('closing the engine:', error))
      .finally(() => {
        closed = true;
        app.quit();
      });
  });
}
