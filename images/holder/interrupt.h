/*
 * Keeps Ctrl+C in order with what is pasted and typed around it. A terminal that turns Ctrl+C into a signal
 * drops what its program has not read yet, and so the end of a paste in brackets: the program would wait for
 * it for ever. And readline that is interrupted between two characters, rather than while it waits for one,
 * drops the next line as well. So Ctrl+C behind a paste waits until the program has read the paste, and what
 * is typed behind Ctrl+C until the program has heard that.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stddef.h>
#include <stdint.h>

/* How many of these bytes can be written to the terminal now: 0 while they wait. */
size_t interrupt_ready(int terminal, const char *bytes, size_t length);

/* Notes bytes that were written to the terminal. */
void interrupt_written(int terminal, const char *bytes, size_t length);

/* How soon to ask again whether bytes that wait can be written, in milliseconds; -1 while none wait. */
int interrupt_pause(void);

/* Forgets what waits: its viewer is gone. */
void interrupt_forget(void);

#endif
