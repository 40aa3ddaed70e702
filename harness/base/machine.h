/* machine.h - how the machine is at this moment: for measurements, and warnings about them. What
 * stays as it is while it runs is in facts.h. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

struct machine_now {
	double load;       /* load average of the last minute; NaN: unknown */
	double mhz;        /* of that processor; NaN: the machine does not tell */
	char governor[32]; /* of its frequency: "performance", "powersave" ...; "": unknown */
};

/* Of processor number cpu. */
void machine_look(int cpu, struct machine_now *out);

#endif
