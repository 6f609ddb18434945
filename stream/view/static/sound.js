// The alarm's sound: bursts of short tones, by priority. Off until somebody switches it on. Knows no alarm but its priority.

const BURSTS = {
  high: { tones: [880, 880, 988, 880, 988], everyMs: 5000 },
  medium: { tones: [660, 660, 740], everyMs: 12000 },
  low: { tones: [523, 523], everyMs: 25000 },
};
const TONE_S = 0.16;
const STEP_S = 0.26;
const VOLUME = 0.4;

export class Sound {
  constructor() {
    Object.assign(this, { context: null, on: false, nextMs: 0, bursts: 0, priority: null });
  }

  // Browsers let a page sound only after a click: this is that click.
  async toggle() {
    this.on = !this.on;
    if (!this.on) return;
    this.context ??= new AudioContext();
    await this.context.resume();
    this.tone(523, 0, 0.08); // to be heard that it works
  }

  // Called often. priority: what sounds now, or null. A graver one begins at once.
  sound(priority, nowMs = performance.now()) {
    const changed = priority !== this.priority;
    this.priority = priority;
    if (!this.on || !priority || (!changed && nowMs < this.nextMs)) return;
    const burst = BURSTS[priority];
    burst.tones.forEach((pitch, i) => this.tone(pitch, i * STEP_S, TONE_S));
    this.nextMs = nowMs + burst.everyMs;
    this.bursts += 1;
  }

  tone(pitch, afterS, lengthS) {
    const { context } = this;
    const begin = context.currentTime + afterS;
    const [wave, gain] = [context.createOscillator(), context.createGain()];
    wave.frequency.value = pitch;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(VOLUME, begin + 0.02);
    gain.gain.setValueAtTime(VOLUME, begin + lengthS - 0.03);
    gain.gain.linearRampToValueAtTime(0, begin + lengthS);
    wave.connect(gain).connect(context.destination);
    wave.start(begin);
    wave.stop(begin + lengthS);
  }
}
