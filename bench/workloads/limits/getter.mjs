import { createHmac } from 'node:crypto';
import http from 'node:http';

/**
 * What signs requests by the keys of the environment, so that the server has the same work with bare requests as with
 * others. To be done before the clock starts.
 * @param {'GET' | 'HEAD'} method
 * @param {string} url
 * @returns {Record<string, string>} headers of the request
 */
export function signedHeaders(method, url) {
  const { HUAWEICLOUD_SDK_AK: accessKey = '', HUAWEICLOUD_SDK_SK: secretKey = '' } = process.env;
  const date = new Date().toUTCString();
  const text = `${method}\n\n\n${date}\n${new URL(url).pathname}`;
  const signature = createHmac('sha1', secretKey).update(text).digest('base64');
  return { date, authorization: `OBS ${accessKey}:${signature}` };
}

/**
 * Bare requests over connections that are kept.
 * @param {number} connections at most
 */
export function getter(connections) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  /** @param {'GET' | 'HEAD'} method */
  const send =
    (method) =>
    /**
     * @param {string} url
     * @param {Record<string, string>} headers
     * @returns {Promise<number>}
     */
    (url, headers) =>
      new Promise((resolve, reject) => {
        const request = http.request(url, { agent, method, headers }, (answer) => {
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
      });
  return {
    /** Bytes of the body. */
    get: send('GET'),
    head: send('HEAD'),
    close: () => agent.destroy(),
  };
}
