/* SPDX-License-Identifier: GPL-2.0 */
/* How a network namespace begins and ends for this module. */
#ifndef _TRIGGER_PERNET_H
#define _TRIGGER_PERNET_H

int trigger_pernet_register(void);
void trigger_pernet_unregister(void);

#endif /* _TRIGGER_PERNET_H */
