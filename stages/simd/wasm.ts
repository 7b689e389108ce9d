/** Words that all kernels use. Arguments of a kernel that end in `At` are addresses in bytes. */
import type * as Wasmati from 'wasmati'

export type Wasm = typeof Wasmati
/** An instruction's result: four numbers. */
export type Four = Wasmati.StackVar<'v128'>
export type Address = Wasmati.Local<'i32'>
/** A variable of four numbers. */
export type FourVariable = Wasmati.Local<'v128'>

/** The same number four times. */
export const four = ({ v128 }: Wasm, value: number): Four =>
  v128.const('f32x4', [value, value, value, value]) as unknown as Four

/** The same whole number of 32 bits four times. */
export const fourBits = ({ v128 }: Wasm, value: number): Four =>
  v128.const('i32x4', [value, value, value, value]) as unknown as Four

/** Goes through the memory from the addresses of `pointers`, `step` bytes further at each turn, until the first is `endAt`. */
export function through(
  { br_if, i32, local, loop }: Wasm,
  pointers: readonly Address[],
  endAt: Address,
  step: number,
  turn: () => void,
): void {
  loop({}, again => {
    turn()
    for (const pointer of pointers) local.set(pointer, i32.add(pointer, step))
    i32.lt_u(pointers[0]!, endAt)
    br_if(again)
  })
}

/** c0 + c1 x + c2 x² + ... (Horner). */
export function polynomial(wasm: Wasm, x: FourVariable, coefficients: readonly number[]): Four {
  const { f32x4 } = wasm
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, c) => f32x4.add(f32x4.mul(sum, x), four(wasm, c)), four(wasm, coefficients.at(-1)!))
}

/** Splits x, a normal number above 0, into 2^n (1 + x) with 1 + x between the roots of 1/2 and of 2. */
export function split(wasm: Wasm, x: FourVariable, n: FourVariable): void {
  const { f32x4, i32x4, local } = wasm
  local.set(n, i32x4.shr_s(i32x4.sub(x, fourBits(wasm, ROOT_OF_HALF)), 23))
  local.set(x, f32x4.sub(i32x4.sub(x, i32x4.shl(n, 23)), four(wasm, 1)))
  local.set(n, f32x4.convert_i32x4_s(n))
}
const ROOT_OF_HALF = 0x3f3504f3 // as bits

/** ln(1 + x) of what `split` leaves, to 1e-7 (logf of Moshier's Cephes); `x` is left as it is. */
export function logarithmOf1Plus(wasm: Wasm, x: FourVariable, square: FourVariable): Four {
  const { f32x4, local } = wasm
  local.set(square, f32x4.mul(x, x))
  const cubic = f32x4.mul(f32x4.mul(polynomial(wasm, x, CEPHES), x), square)
  return f32x4.add(f32x4.sub(cubic, f32x4.mul(square, four(wasm, 0.5))), x)
}
const CEPHES = [
  ...[3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1],
  ...[-1.2420140846e-1, 1.167699874e-1, -1.151461031e-1, 7.0376836292e-2],
]
