const NOTES = [880, 1320];
const NOTE_S = 0.12;

/** Two short notes. Browsers stay silent until the person has clicked somewhere; that is no error. */
export function ring(): void {
  const audio = new AudioContext();
  NOTES.forEach((frequency, index) => {
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    const startAt = audio.currentTime + index * NOTE_S;
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0.08, startAt);
    gain.gain.exponentialRampToValueAtTime(0.001, startAt + NOTE_S * 2);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(startAt);
    oscillator.stop(startAt + NOTE_S * 2);
  });
  setTimeout(() => void audio.close(), 1_000);
}
