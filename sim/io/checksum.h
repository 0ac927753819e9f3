/* checksum.h - Fletcher's checksum as HDF5's filter computes it, several times as fast: for chunks that go to the file as they are. */
#ifndef KLYNGE_IO_CHECKSUM_H
#define KLYNGE_IO_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Of an even number of bytes. The filter stores it behind the chunk, least byte first. */
uint32_t checksum_fletcher32(const void *data, size_t bytes);

#endif
