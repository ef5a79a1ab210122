// For vectors.mjs: the runner of every host, in a page.
import hs256 from '../../dist/countersign-edge-hs256.wasm';
import whole from '../../dist/countersign-edge.wasm';
import { load } from '../../js/edge.js';
import { report } from '../../js/vectors.js';

const modules = { 'countersign-edge.wasm': whole, 'countersign-edge-hs256.wasm': hs256 };

globalThis.runVectors = async (text) => {
  const lines = [];
  const ok = await report(load, (name) => modules[name], text, (line) => lines.push(line));
  return { lines, ok };
};
