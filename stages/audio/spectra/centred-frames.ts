/**
 * Cuts sound that arrives block by block into overlapping frames centred on multiples of the hop. The sound is
 * mirrored at both ends by half a frame (numpy's `reflect`), so that there are 1 + floor(samples / hop) frames.
 */
export class CentredFrames {
  private readonly pad: number
  /** Mirrored sound not yet passed over; `position` is the place of its first sample in the whole mirrored sound. */
  private held = new Float32Array(0)
  private length = 0
  private position = 0
  private opened = false
  private received = 0
  private next = 0

  /** @param size even, samples @param hop at most `size` */
  constructor(
    private readonly size: number,
    private readonly hop: number,
  ) {
    this.pad = size / 2
  }

  /** Takes a block; `count` then says how many frames are whole. */
  push(block: Float32Array): void {
    this.append(block)
    this.received += block.length
    if (!this.opened && this.received > this.pad) this.open()
  }

  /** Mirrors the end; `count` then says how many frames remain. */
  finish(): void {
    if (!this.opened) this.open()
    const end = new Float32Array(this.pad)
    for (let i = 0; i < end.length; i++) {
      const from = mirrored(this.received + i, this.received) + this.pad - this.position
      end[i] = this.held[from] ?? 0 // what is gone lies beyond the last frame
    }
    this.append(end)
  }

  get count(): number {
    if (!this.opened) return 0
    const whole = Math.floor((this.length - this.first - this.size) / this.hop) + 1
    return Math.max(0, Math.min(whole, 1 + Math.floor(this.received / this.hop) - this.next))
  }

  /** What the frames lie in: frame i of the `count` is `size` samples from `first` + i x hop. */
  get sound(): Float32Array {
    return this.held
  }

  get first(): number {
    return this.next * this.hop - this.position
  }

  /** Passes over `count` frames. One sample before the next frame stays: mirroring the end may ask for it. */
  drop(count: number): void {
    this.next += count
    const samples = Math.max(0, this.first - 1)
    this.held.copyWithin(0, samples, this.length)
    this.length -= samples
    this.position += samples
  }

  private open(): void {
    const sound = this.held.slice(0, this.length)
    this.length = 0
    this.append(Float32Array.from({ length: this.pad }, (_, i) => sound[mirrored(i - this.pad, sound.length)]!))
    this.append(sound)
    this.opened = true
  }

  private append(block: Float32Array): void {
    if (this.length + block.length > this.held.length) {
      const larger = new Float32Array(this.length + block.length + this.size)
      larger.set(this.held.subarray(0, this.length))
      this.held = larger
    }
    this.held.set(block, this.length)
    this.length += block.length
  }
}

/** Index into 0 ... length - 1 of a sound that is mirrored at both ends without repeating them. */
export function mirrored(index: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const within = ((index % period) + period) % period
  return within < length ? within : period - within
}
