/* images.h - a data set's images as the training core takes them. Only this file knows both. */
#ifndef MODEL_IMAGES_H
#define MODEL_IMAGES_H

#include "../../nn/nn.h"
#include "../data/dataset.h"

/* The training or the test images. The data set owns the memory. */
static inline struct nn_images images_of(const struct dataset *d, bool test)
{
	return (struct nn_images){ .pixels = d->reals ? NULL
			: test                        ? d->test_images
						      : d->train_images,
		.values = dataset_reals(d, test),
		.labels = test ? d->test_labels : d->train_labels,
		.shape = { d->channels, d->height, d->width },
		.count = test ? d->test_count : d->train_count };
}

#endif
