/** Where TensorFlow can compute in bfloat16. */
import { readFileSync } from 'node:fs'
import { Problem } from '../data/problem.js'
import { cpuFeatures } from './install/machine.js'

/** Limits of oneDNN under which it has no convolution in bfloat16. */
const TOO_LOW = ['SSE41', 'AVX', 'AVX2', 'AVX2_VNNI']

/**
 * On a processor with AVX-512 TensorFlow leaves bfloat16 to oneDNN; if that is not allowed to use it, TensorFlow takes the
 * whole process down at the first convolution. On others it computes by itself, slowly.
 *
 * @throws Problem `no-bfloat16`
 */
export function requireBfloat16(environment: NodeJS.ProcessEnv = process.env, cpuinfo = '/proc/cpuinfo'): void {
  const limit = environment.ONEDNN_MAX_CPU_ISA ?? environment.DNNL_MAX_CPU_ISA ?? ''
  if (environment.TF_ENABLE_ONEDNN_OPTS === '0' || !TOO_LOW.includes(limit.toUpperCase())) return
  if (!cpuFeatures(readFileSync(cpuinfo, 'utf8')).includes('avx512f')) return
  throw new Problem('no-bfloat16', `bfloat16 needs AVX-512, which ONEDNN_MAX_CPU_ISA=${limit} keeps from TensorFlow.`, {
    hint: "Unset ONEDNN_MAX_CPU_ISA, set TF_ENABLE_ONEDNN_OPTS=0, or train with 'precision: float32'.",
  })
}
