'use strict';

/**
 * The size of a terminal. A fresh pseudoterminal, that nobody has told a size yet, says 0.
 * @param {{ columns?: number, rows?: number }} stream
 */
const terminalSize = ({ columns, rows }) => ({ columns: columns || 80, rows: rows || 24 });

module.exports = { terminalSize };
