/** Losses that compare clips with each other need others in the batch. */
import { ParameterProblem } from '../contract.js'

/** @throws ParameterProblem if the batch has one clip */
export function demandOthers({ size }: { size: number }): void {
  if (size < 2)
    throw new ParameterProblem('from', 'the loss compares clips of a batch with each other, and this batch has one')
}
