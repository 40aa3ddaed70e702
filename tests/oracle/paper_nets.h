/* paper_nets.h - the paper's three networks (paper.md, "Models") built through nn/net.h, for tests.
 */
#ifndef ORACLE_PAPER_NETS_H
#define ORACLE_PAPER_NETS_H

#include "nn/net.h"

/* One submodel: input, stem1/..., head1/dense, output. */
void paper_submodel(struct nn_net *net, struct nn_shape image, int classes);
/* Two submodels side by side: two inputs, two outputs. */
void paper_dual(struct nn_net *net, struct nn_shape image, int classes);
/* One input, two stems, two wide convolutions, the common head. */
void paper_unified(struct nn_net *net, struct nn_shape image, int classes);

#endif
