import { request } from 'node:http';

/** Asks 127.0.0.1, the target as it is. JSON comes back parsed. */
export function ask(port, path, { method = 'GET', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host: 'media.example', ...headers }, agent: false }, async (response) => {
      let body = '';
      for await (const part of response) body += part;
      const isJson = /json/.test(response.headers['content-type']) && body !== '';
      resolve({ status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(body) : body });
    });
    asked.on('error', reject).end();
  });
}
