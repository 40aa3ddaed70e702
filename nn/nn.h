/* nn.h - the training core: include this header to get all of it. The core needs C11 and libc. Of
 * libm it uses fmaf alone, which rounds correctly, where the CPU has no such instruction. It does
 * no I/O.
 *
 * The core computes on a virtual vector of 16 fp32 lanes with the batch innermost: an activation of
 * one block of 16 images is [channel][y][x][16]. Every sum has one documented order, and every
 * fused multiply-add is written as one. Weights, predictions and losses are therefore the same bits
 * for every kernel variant, compiler, optimisation level and number of threads.
 *
 *   rng.h          random numbers as a function of (seed, stream, phase, epoch, index)
 *   scalar.h       exp, log, sin, cos, normal quantile: the same bits on every machine
 *   net.h          a network: a list of layers, their shapes, the table of parameter tensors
 *   init.h         initial weights: He, Glorot, LeCun, orthogonal, PyTorch's default
 *   augment.h      random geometric transforms of images, and the amounts of all augmentation
 *   photometric.h  augmentation after the resampling: contrast, noise, cutout
 *   mixup.h        mixup of pairs of images
 *   fold.h         batch normalisation folded into the layer before it
 *   optimizer.h    Nadam, Adam, SGD, RMSprop, Adagrad, Adadelta; learning rate schedules;
 *                  averages of the weights
 *   stop.h         early stopping
 *   plateau.h      reduces the learning rate on a plateau
 *   train.h        memory, forward, backward, training epochs, evaluation
 *   infer.h        inference of one image at a time
 *   dead.h         units whose output is always 0
 *   ensemble.h     accuracy of the averaged class probabilities of a network's outputs
 *   size.h         multiply-accumulates and activation memory of a network
 *   corrupt.h      images corrupted with a given severity, to test robustness
 *   quant.h        post-training quantisation to int8, integer inference
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
