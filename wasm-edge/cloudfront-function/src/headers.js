// Headers, parameters and cookies of an event: { NAME: { value, multiValue?: [{ value }] } }.

const allOf = (entry) => {
  return entry.multiValue || [entry];
};

// The lines of a header, trimmed; undefined where there is none.
const linesOf = (request, name) => {
  const header = request.headers[name];
  return header && header.value !== undefined ? allOf(header).map((line) => trimmed(line.value)) : undefined;
};

const valueOf = (headers, name) => {
  return headers[name] ? headers[name].value : '';
};

const set = (entries, name, value) => {
  entries[name] = { value: '' + value };
};
