import http from 'node:http';

/**
 * Unsigned requests over connections that are kept.
 * @param {number} connections at most
 */
export function getter(connections) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const send = (/** @type {'GET' | 'HEAD'} */ method) => (/** @type {string} */ url) =>
    /** @type {Promise<number>} */ (
      new Promise((resolve, reject) => {
        const request = http.request(url, { agent, method }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`${url}: status ${answer.statusCode}`));
          let bytes = 0;
          answer.on('data', (/** @type {Buffer} */ piece) => {
            bytes += piece.length;
          });
          answer.once('end', () => resolve(bytes));
          answer.once('error', reject);
        });
        request.once('error', reject);
        request.end();
      })
    );
  return {
    /** Bytes of the body. */
    get: send('GET'),
    head: send('HEAD'),
    close: () => agent.destroy(),
  };
}
