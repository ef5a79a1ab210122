// What the KeyValueStore holds (README.md, "What is in the store").

// A value, or undefined where there is no such key. Throws where the store cannot be read.
async function read(store, key) {
  let value;
  try {
    value = await store.get(key);
  } catch (error) {
    const exists = await store.exists(key);
    if (exists) {
      throw error;
    }
  }
  return value;
}

// The site of a request's host; undefined: none.
async function siteOf(store, request) {
  let head = await read(store, 'site/' + valueOf(request.headers, 'host').toLowerCase());
  if (!head) {
    head = await read(store, 'site/*');
  }
  if (!head) {
    return undefined;
  }
  // A tag of eight characters, how many entries there are, and the start of the JSON text.
  const tag = head.slice(0, 8);
  let text = head.slice(9);
  for (let i = 1; i < head[8]; i++) {
    const more = await store.get(tag + '/' + i);
    text += more;
  }
  return JSON.parse(text);
}
