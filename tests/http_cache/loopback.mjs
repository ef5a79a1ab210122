// Loaded before the suite's server, which would listen on every address.
import { Server } from "node:net";

const { listen } = Server.prototype;
Server.prototype.listen = function (port) {
  return listen.call(this, port, "127.0.0.1");
};
