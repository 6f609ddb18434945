// The sound of alarms: bursts of short tones, by priority. Off until a person switches it on. Knows priorities alone.

const BURSTS = {
  high: { tones: [880, 880, 988, 880, 988], everyMs: 5000 },
  medium: { tones: [660, 660, 740], everyMs: 12000 },
  low: { tones: [523, 523], everyMs: 25000 },
};
const TONE_S = 0.16;
const STEP_S = 0.26;
const VOLUME = 0.4;
const FADE_IN_S = 0.02;
const FADE_OUT_S = 0.03;
const CONFIRM_HZ = 523;
const CONFIRM_S = 0.08;

export class Sound {
  /** Whether it is switched on. */
  on = false;
  /** How many bursts have sounded. */
  bursts = 0;

  #context = null;
  #priority = null;
  #nextMs = 0;

  /** Switch it on or off. Browsers let a page sound only after a click: this must be called by one. */
  async toggle() {
    this.on = !this.on;
    if (!this.on) return;
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#tone(CONFIRM_HZ, 0, CONFIRM_S); // shows that it can be heard
  }

  /**
   * Sound a burst if one is due; to be called often. A change of priority begins at once.
   * @param {"high"|"medium"|"low"|null} priority what sounds now
   */
  sound(priority) {
    const nowMs = performance.now();
    const changed = priority !== this.#priority;
    this.#priority = priority;
    if (!this.on || !priority || (!changed && nowMs < this.#nextMs)) return;
    const burst = BURSTS[priority];
    for (const [i, pitch] of burst.tones.entries()) this.#tone(pitch, i * STEP_S, TONE_S);
    this.#nextMs = nowMs + burst.everyMs;
    this.bursts += 1;
  }

  #tone(pitchHz, afterS, lengthS) {
    const context = this.#context;
    const begin = context.currentTime + afterS;
    const wave = context.createOscillator();
    const gain = context.createGain();
    wave.frequency.value = pitchHz;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(VOLUME, begin + FADE_IN_S);
    gain.gain.setValueAtTime(VOLUME, begin + lengthS - FADE_OUT_S);
    gain.gain.linearRampToValueAtTime(0, begin + lengthS);
    wave.connect(gain).connect(context.destination);
    wave.start(begin);
    wave.stop(begin + lengthS);
  }
}
