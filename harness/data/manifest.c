/* manifest.c - see manifest.h. The digests are of the published files after decompression; they can
 * be checked with `gzip -dc FILE | sha256sum`. */
#include "manifest.h"

#include <string.h>

#include "../base/str.h"

enum set_number {
	SET_MNIST,
	SET_FASHION,
	SET_CIFAR10,
	SET_SYNTHETIC,
	SET_SYNTHETIC_COLOUR,
	SET_COUNT
};

/* clang-format off */
static const struct dataset_info infos[SET_COUNT] = {
	[SET_MNIST] = {
		.name = "mnist",
		.title = "MNIST handwritten digits",
		.licence = "CC BY-SA 3.0",
		.fetch_hint = "get it with: retrial data fetch mnist (or name a folder that has mnist/train-images-idx3-ubyte.gz and the other three with --data "
		              "or RETRIAL_DATA)",
		.channels = 1, .height = 28, .width = 28, .classes = 10, .train_count = 60000, .test_count = 10000,
	},
	[SET_FASHION] = {
		.name = "fashion-mnist",
		.title = "Fashion-MNIST, images of clothes by Zalando Research",
		.licence = "MIT",
		.fetch_hint = "install Debian's package: apt install dataset-fashion-mnist (or: retrial data fetch fashion-mnist)",
		.channels = 1, .height = 28, .width = 28, .classes = 10, .train_count = 60000, .test_count = 10000,
	},
	[SET_CIFAR10] = {
		.name = "cifar10",
		.title = "CIFAR-10, small colour images",
		.licence = "none stated; cite Krizhevsky 2009",
		.fetch_hint = "get it with: retrial data fetch cifar10 (or name a folder that has cifar10/cifar-10-binary.tar.gz with --data or RETRIAL_DATA)",
		.channels = 3, .height = 32, .width = 32, .classes = 10, .train_count = 50000, .test_count = 10000,
	},
	[SET_SYNTHETIC] = {
		.name = "synthetic",
		.title = "ten drawn signs with jitter and noise, for tests and demonstrations",
		.licence = "made by this program",
		.fetch_hint = "nothing to fetch: it is made",
		.channels = 1, .height = 28, .width = 28, .classes = 10, .train_count = 6000, .test_count = 1000,
	},
	[SET_SYNTHETIC_COLOUR] = {
		.name = "synthetic-colour",
		.title = "the same signs, tinted, in the shape of CIFAR-10",
		.licence = "made by this program",
		.fetch_hint = "nothing to fetch: it is made",
		.channels = 3, .height = 32, .width = 32, .classes = 10, .train_count = 6000, .test_count = 1000,
	},
};

static const struct manifest_set sets[SET_COUNT] = {
	[SET_MNIST] = {
		.info = &infos[SET_MNIST],
		.format = FORMAT_IDX,
		.folders = { "mnist", "MNIST/raw" },
		.mirrors = { "https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist" },
		.published = { "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz" },
		.published_bytes_max = 48000000,
		.file_count = 4,
		.files = {
			{ "train-images-idx3-ubyte", 47040016,
			  { { "canonical", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", NULL } } },
			{ "train-labels-idx1-ubyte", 60008,
			  { { "canonical", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", NULL } } },
			{ "t10k-images-idx3-ubyte", 7840016,
			  { { "canonical", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", NULL } } },
			{ "t10k-labels-idx1-ubyte", 10008,
			  { { "canonical", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", NULL } } },
		},
	},
	[SET_FASHION] = {
		.info = &infos[SET_FASHION],
		.format = FORMAT_IDX,
		.folders = { "fashion-mnist", "FashionMNIST/raw" },
		.mirrors = { "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
		             "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com" },
		.published = { "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz" },
		.published_bytes_max = 48000000,
		.class_names = { "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot" },
		.file_count = 4,
		.files = {
			{ "train-images-idx3-ubyte", 47040016,
			  { { "canonical", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", NULL } } },
			{ "train-labels-idx1-ubyte", 60008,
			  { { "canonical", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", NULL } } },
			{ "t10k-images-idx3-ubyte", 7840016,
			  { { "canonical", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", NULL } } },
			{ "t10k-labels-idx1-ubyte", 10008,
			  { { "canonical", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", NULL } } },
		},
	},
	[SET_CIFAR10] = {
		.info = &infos[SET_CIFAR10],
		.format = FORMAT_CIFAR,
		.folders = { "cifar10", "cifar-10" },
		.mirrors = { "https://www.cs.toronto.edu/~kriz" },
		.published = { "cifar-10-binary.tar.gz" },
		.published_bytes_max = 190000000,
		.unusable = { "cifar-10-python.tar.gz", "cifar-10-batches-py" },
		.unusable_reason = "the Python version, which is not read: take the binary version",
		.class_names = { "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck" },
		.file_count = 6,
		.files = {
			{ "data_batch_1.bin", 30730000,
			  { { "canonical", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5", NULL } } },
			{ "data_batch_2.bin", 30730000,
			  { { "canonical", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed", NULL } } },
			{ "data_batch_3.bin", 30730000,
			  { { "canonical", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67", NULL } } },
			{ "data_batch_4.bin", 30730000,
			  { { "canonical", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48", NULL } } },
			{ "data_batch_5.bin", 30730000,
			  { { "canonical", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add", NULL } } },
			/* Of the published test records only a SHA-1 is known to us. 20-stand-ins: 20 of the 10,000 images were decoded
			 * from JPEG files; they move test accuracy by 0.2 percentage points at most. */
			{ "test_batch.bin", 30730000,
			  { { "canonical", NULL, "67eb016db431130d61cd03c7ad570b013799c88c" },
			    { "20-stand-ins", "123ca0dad8f960344d9149742165d4215093c84c8c4bdc5922af93b614bdb501", NULL } } },
		},
	},
	[SET_SYNTHETIC] = {
		.info = &infos[SET_SYNTHETIC],
		.format = FORMAT_MADE,
	},
	[SET_SYNTHETIC_COLOUR] = {
		.info = &infos[SET_SYNTHETIC_COLOUR],
		.format = FORMAT_MADE,
	},
};
/* clang-format on */

const struct dataset_info *dataset_manifest(int *count)
{
	*count = SET_COUNT;
	return infos;
}

const struct manifest_set *manifest_find(const char *name)
{
	for (int i = 0; i < SET_COUNT; i++)
		if (strcmp(infos[i].name, name) == 0)
			return &sets[i];
	return NULL;
}

const struct dataset_info *dataset_find(const char *name)
{
	const struct manifest_set *set = manifest_find(name);
	return set ? set->info : NULL;
}

const char *dataset_class_name(const char *dataset, int k)
{
	static const char *const numbers[MANIFEST_CLASSES] = { "0", "1", "2", "3", "4", "5", "6",
		"7", "8", "9" };
	if (k < 0 || k >= MANIFEST_CLASSES)
		return "?";
	const struct manifest_set *set = manifest_find(dataset);
	return set && set->class_names[k] ? set->class_names[k] : numbers[k];
}

const char *dataset_class(const struct dataset *d, int k)
{
	if (!d->class_names || k < 0 || k >= d->classes)
		return dataset_class_name(d->name, k < d->classes ? k : -1);
	const char *name = d->class_names;
	while (k-- > 0)
		name += strlen(name) + 1;
	return name;
}

/* ---- contents ---- */

static const char *variant_of(
	const struct manifest_file *file, const char *sha256, const char *sha1)
{
	for (int k = 0; k < MANIFEST_KNOWN; k++) {
		const struct manifest_content *known = &file->known[k];
		if (known->sha256 && strcmp(known->sha256, sha256) == 0)
			return known->variant;
		if (known->sha1 && strcmp(known->sha1, sha1) == 0)
			return known->variant;
	}
	return NULL;
}

/* The set and file that have this content, or NULL. */
static const struct manifest_file *find_content(
	const char *sha256, const char *sha1, const struct manifest_set **owner)
{
	for (int i = 0; i < SET_COUNT; i++) {
		for (int f = 0; f < sets[i].file_count; f++) {
			if (!variant_of(&sets[i].files[f], sha256, sha1))
				continue;
			*owner = &sets[i];
			return &sets[i].files[f];
		}
	}
	return NULL;
}

static int unknown_content(const struct manifest_set *set, const struct manifest_file *file,
	const char *where, const char *sha256, const char *sha1, struct err *e)
{
	struct str expected = { 0 };
	const char *found_sha1 = NULL;
	for (int k = 0; k < MANIFEST_KNOWN && file->known[k].variant; k++) {
		const struct manifest_content *known = &file->known[k];
		str_addf(&expected, "%s%s %s (%s)", k ? " or " : "",
			known->sha256 ? "SHA-256" : "SHA-1",
			known->sha256 ? known->sha256 : known->sha1, known->variant);
		if (known->sha1)
			found_sha1 = sha1;
	}
	err_set(e, ERR_ENVIRONMENT,
		"%s: the size is right, but the content is not that of %s's %s: expected %s; found "
		"SHA-256 %s%s%s (digests of the uncompressed content)",
		where, set->info->name, file->name, expected.s, sha256,
		found_sha1 ? ", SHA-1 " : "", found_sha1 ? found_sha1 : "");
	str_free(&expected);
	return -1;
}

int manifest_check(const struct manifest_set *set, int file, const char *where, const void *bytes,
	size_t count, const char **variant, struct err *e)
{
	char sha256[DIGEST_TEXT], sha1[DIGEST_SHA1_TEXT] = "";
	digest_bytes(bytes, count, sha256);
	*variant = variant_of(&set->files[file], sha256, sha1);
	if (*variant)
		return 0;

	digest_sha1_bytes(bytes, count, sha1);
	*variant = variant_of(&set->files[file], sha256, sha1);
	if (*variant)
		return 0;
	const struct manifest_set *owner = NULL;
	const struct manifest_file *other = find_content(sha256, sha1, &owner);
	if (!other)
		return unknown_content(set, &set->files[file], where, sha256, sha1, e);
	err_set(e, ERR_ENVIRONMENT, "%s: this is %s's %s, not %s's %s", where, owner->info->name,
		other->name, set->info->name, set->files[file].name);
	return 1;
}
