/** Checks in an interval: a PINGREQ goes out at the third of four. */
const CHECKS = 4;

/**
 * The client's part of keep-alive. Something has to be sent within each interval [MQTT-3.1.2-23]: a PINGREQ always is,
 * whatever else was, which costs two bytes and no bookkeeping per message. A broker that does not answer it is given
 * up; but an answer may wait in the socket while the process is frozen, and after a thaw timers come before sockets,
 * so one check that finds no answer decides nothing, only the second does.
 */
export class KeepAlive {
  readonly #timer: NodeJS.Timeout;
  readonly #sendPing: () => void;
  readonly #onDead: () => void;
  #checks = 0;
  #unanswered = 0;
  #waiting = false;

  constructor(options: {
    readonly intervalMs: number;
    readonly unref: boolean;
    readonly sendPing: () => void;
    readonly onDead: () => void;
  }) {
    this.#sendPing = options.sendPing;
    this.#onDead = options.onDead;
    this.#timer = setInterval(() => this.#check(), Math.ceil(options.intervalMs / CHECKS));
    if (options.unref) this.#timer.unref();
  }

  /** The PINGREQ was answered. */
  answered(): void {
    this.#waiting = false;
    this.#unanswered = 0;
    this.#checks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    if (this.#waiting) {
      this.#unanswered += 1;
      if (this.#unanswered === 2) this.#onDead();
      return;
    }
    this.#checks += 1;
    if (this.#checks < CHECKS - 1) return;
    this.#waiting = true;
    this.#sendPing();
  }
}
