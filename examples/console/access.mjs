// Who may speak to the console. Listening on loopback keeps other machines out, but not the web pages that this
// machine's browser has open, nor other users of this machine.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const host = '127.0.0.1';

const digest = (text) => createHash('sha256').update(text).digest();

/**
 * Three checks of every request, streams included:
 * - Host must be the address that was printed: a foreign name that was made to point here (DNS rebinding) is refused.
 * - Origin and Sec-Fetch-Site, where the browser sends them, must be of the page itself: no other page may ask or post.
 * - The path must begin with the token. There is no cookie, so a browser adds nothing that lets strangers in.
 */
export class Access {
  #authority;
  #token = randomBytes(32).toString('base64url');
  #digest = digest(this.#token);

  /** @param {number} port that the server listens on */
  constructor(port) {
    this.#authority = `${host}:${port}`;
  }

  /** What a person opens. */
  get url() {
    return `http://${this.#authority}/${this.#token}/`;
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @returns {{ status: number, text: string } | undefined} undefined: it may come in
   */
  check({ headers, url }) {
    if (headers.host !== this.#authority)
      return { status: 421, text: `This server answers to ${this.#authority} only.` };
    const { origin, 'sec-fetch-site': site } = headers;
    if (origin !== undefined && origin !== `http://${this.#authority}`)
      return { status: 403, text: 'Other web pages may not use this server.' };
    // "none": a person typed the address or opened a bookmark.
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return { status: 403, text: 'Other web pages may not use this server.' };
    const [, token = ''] = url.split('/', 2);
    // Digests have one length, and comparing them takes the same time wherever they differ.
    if (!timingSafeEqual(digest(token), this.#digest))
      return { status: 403, text: 'The token is missing or wrong. Open the whole address that the server printed.' };
    return undefined;
  }

  /** The path of an admitted request behind the token, without the query. */
  pathOf({ url }) {
    return url.slice(this.#token.length + 1).split('?', 1)[0];
  }
}
