/* nn.h - the training core, all of it: include this one header. C11 and libc alone; no I/O, no
 * printing, no libm.
 *
 * The core computes on a virtual vector of 16 fp32 lanes with the batch innermost: an activation of
 * one block of 16 images is [channel][y][x][16]. Every sum has one documented order and every fused
 * multiply-add is written as one, so that weights, predictions and losses are the same bits for
 * every kernel variant, compiler, optimisation level and number of threads.
 *
 *   rng.h        random numbers as a function of (seed, stream, phase, epoch, index)
 *   scalar.h     exp, log, sin, cos, normal quantile: our own, the same bits everywhere
 *   net.h        a network: a list of layers, their shapes, and the table of its parameter tensors
 *   init.h       initial weights: He normal, Glorot uniform
 *   augment.h    random image transforms
 *   photometric.h  augmentation after the sampling: contrast, noise, cutout
 *   mixup.h      images mixed in pairs
 *   fold.h       batch normalisation folded into the convolution before it
 *   optimizer.h  Nadam, Adam, SGD; learning rates over the steps; averages of the weights
 *   stop.h       early stopping
 *   plateau.h    when to lower the learning rate
 *   train.h      memory, forward, backward, training epochs, evaluation
 *   infer.h      one image at a time
 *   dead.h       units whose output is always 0
 *   ensemble.h   the outputs of a network averaged
 *   size.h       multiply-accumulates and memory of a network
 *   corrupt.h    images corrupted with a given severity, to test robustness
 *   quant.h      8-bit whole numbers: quantisation after training, inference
 */
#ifndef NN_NN_H
#define NN_NN_H

#include "augment.h"
#include "corrupt.h"
#include "dead.h"
#include "ensemble.h"
#include "fold.h"
#include "infer.h"
#include "init.h"
#include "mixup.h"
#include "net.h"
#include "optimizer.h"
#include "photometric.h"
#include "plateau.h"
#include "quant.h"
#include "rng.h"
#include "scalar.h"
#include "size.h"
#include "stop.h"
#include "train.h"

/* Changes only when the bits of any result change (tests/golden/digests.txt). */
enum { NN_CORE_VERSION = 1 };

#endif
