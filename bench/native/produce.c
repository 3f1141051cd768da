/* Writes output for the benchmarks, as fast as a pipe takes it.
 *   produce lines <count> <length>   lines of <length> bytes, newline included: ten digits of the number, filler
 *   produce bytes <count>            that many bytes, no newline */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { block_size = 64 * 1024, digits = 10 };

static void write_all(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t written = write(1, data, size);
    if (written < 0) exit(1);
    data += written;
    size -= (size_t)written;
  }
}

static void count_up(char* number) {
  for (int i = digits - 1; i >= 0 && ++number[i] > '9'; --i) number[i] = '0';
}

static void write_lines(unsigned long count, size_t length) {
  const size_t per_block = length < block_size ? block_size / length : 1;
  char* block = malloc(per_block * length);
  if (block == NULL) exit(1);
  memset(block, 'x', per_block * length);
  char number[digits];
  memset(number, '0', digits);
  while (count > 0) {
    const size_t lines = count < per_block ? count : per_block;
    for (size_t i = 0; i < lines; ++i) {
      char* line = block + i * length;
      memcpy(line, number, length - 1 < digits ? length - 1 : digits);
      line[length - 1] = '\n';
      count_up(number);
    }
    write_all(block, lines * length);
    count -= lines;
  }
}

static void write_bytes(unsigned long count) {
  static char block[block_size];
  memset(block, 'x', block_size);
  for (; count > block_size; count -= block_size) write_all(block, block_size);
  write_all(block, count);
}

int main(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "lines") == 0 && atol(argv[3]) > 0)
    write_lines(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
  else if (argc == 3 && strcmp(argv[1], "bytes") == 0)
    write_bytes(strtoul(argv[2], NULL, 10));
  else
    return 2;
  return 0;
}
