/*
 * schnlsp.h: the name by which programs include schannel.h since Windows SDK 2003.
 */
#ifndef OPENSSPI_SCHNLSP_H
#define OPENSSPI_SCHNLSP_H

#include "schannel.h"

#endif /* OPENSSPI_SCHNLSP_H */
