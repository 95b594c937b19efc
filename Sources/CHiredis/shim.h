/* The reader of hiredis, and nothing else of it: see README, "Redis". */
#include <hiredis/read.h>
