/**
 * Sums of products by the processor's vector unit: a WebAssembly function of 90 bytes, assembled here. Float32, sixteen
 * sums side by side, so the same bits on every machine.
 */

/** Lengths are multiples of so many numbers. */
export const LANES = 16

const PAGE = 65536
const FLOAT = 4

const [I32, F32, V128] = [0x7f, 0x7d, 0x7b]
const [X, H, LEFT] = [0, 1, 2]
/** Four vectors of four sums. */
const SUMS = [3, 4, 5, 6] as const

const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const load = (local: number, offset: number) => [...get(local), 0xfd, 0x00, 0x02, offset] // v128.load
const MULTIPLY = [0xfd, 0xe6, 0x01] // f32x4.mul
const ADD = [0xfd, 0xe4, 0x01] // f32x4.add
const advance = (local: number, operation: number) => [...get(local), 0x41, 0xc0, 0x00, operation, ...set(local)]
const lane = (index: number) => [...get(SUMS[0]), 0xfd, 0x1f, index] // f32x4.extract_lane
const [PLUS, MINUS, F32_PLUS, END] = [0x6a, 0x6b, 0x92, 0x0b]

const LOOP = [
  ...[0x03, 0x40],
  ...SUMS.flatMap((sum, i) => [...get(sum), ...load(X, 16 * i), ...load(H, 16 * i), ...MULTIPLY, ...ADD, ...set(sum)]),
  ...advance(X, PLUS),
  ...advance(H, PLUS),
  ...advance(LEFT, MINUS),
  ...[...get(LEFT), 0x0d, 0x00, END],
]

const [a, b, c, d] = SUMS
const BODY = [
  ...[0x01, SUMS.length, V128],
  ...LOOP,
  ...[...get(a), ...get(b), ...ADD, ...get(c), ...get(d), ...ADD, ...ADD, ...set(a)],
  ...[...lane(0), ...lane(1), F32_PLUS, ...lane(2), ...lane(3), F32_PLUS, F32_PLUS, END],
]

/** A number below 2^14 as WebAssembly writes it, in two bytes. */
const size = (value: number) => [(value & 0x7f) | 0x80, value >> 7]
const section = (id: number, ...content: number[]) => [id, ...size(content.length), ...content]
const name = (text: string) => [text.length, ...Buffer.from(text)]

const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...section(1, 1, 0x60, 3, I32, I32, I32, 1, F32),
  ...section(2, 1, ...name('m'), ...name('m'), 0x02, 0x00, 0),
  ...section(3, 1, 0),
  ...section(7, 1, ...name('dot'), 0x00, 0),
  ...section(10, 1, ...size(BODY.length), ...BODY),
])

/** The part of the standard API that is used here; the compiler knows it only together with a browser's. */
interface WebAssemblyApi {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer; grow(pages: number): number }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: { dot: typeof dot } }
}
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

const memory = new Memory({ initial: 0 })

/**
 * The sum of x[i] h[i] over some numbers.
 *
 * @param x @param h places in memory, in bytes
 * @param length in bytes; above 0, whole multiples of LANES numbers
 */
export const dot: (x: number, h: number, length: number) => number = new Instance(new Module(MODULE), {
  m: { m: memory },
}).exports.dot

/** Memory for some numbers, for as long as the thread lives; zeros at first. @returns its place, in bytes */
export function reserve(count: number): number {
  return memory.grow(Math.ceil((count * FLOAT) / PAGE)) * PAGE
}

/** Copies numbers into memory that was reserved. */
export function put(place: number, numbers: Float32Array): void {
  new Float32Array(memory.buffer, place, numbers.length).set(numbers)
}
