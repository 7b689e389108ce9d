/** Seconds that lengths in headers differ by from the sound: they are rounded to packets. */
const SLACK = 0.2

/** What ffmpeg says while it reads a file, at log level `level+info`. */
export class FfmpegLog {
  private first: string | undefined
  private last: string | undefined
  private count = 0
  /** Of the file, as its header says; 0 if it says nothing, and ffmpeg guesses. */
  private promised = 0
  private unsure = false

  add(line: string): void {
    const error = /^(?:\[(\S+) @ 0x[0-9a-f]+\] )?\[(?:error|fatal|panic)\] (.*)$/.exec(line.trim())
    if (error) {
      this.last = error[1] ? `${error[1]}: ${error[2]}` : error[2]!
      this.first ??= this.last
      this.count++
    }
    const duration = /Duration: (\d+):(\d+):([\d.]+)/.exec(line)
    if (duration) this.promised ||= Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3])
    // of a video, the picture may be longer than the sound
    this.unsure ||= line.includes('Estimating duration') || /Stream #0:\d+.*: Video: /.test(line)
  }

  /** The last error. */
  get failure(): string | undefined {
    return this.last
  }

  /** What is odd about a file of which so many seconds could be read. */
  *oddities(seconds: number): Generator<string> {
    if (this.first)
      yield `ffmpeg says of it: ${this.first}${this.count > 1 ? `, and ${this.count - 1} times more` : ''}`
    if (!this.unsure && seconds < this.promised - SLACK)
      yield `${seconds.toFixed(2)} s of the ${this.promised.toFixed(2)} s that its header promises are there`
  }
}
