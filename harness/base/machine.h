/* machine.h - the current state of the machine, for measurements and warnings about them. facts.h
 * has what does not change. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

struct machine_now {
	double load;       /* load average of the last minute; NaN: unknown */
	double mhz;        /* of that processor; NaN: the machine does not tell */
	char governor[32]; /* of its frequency: "performance", "powersave" ...; "": unknown */
};

/* Of processor number cpu. */
void machine_look(int cpu, struct machine_now *out);

/* How many processors this process may use; at least 1. */
int machine_processors(void);

#endif
