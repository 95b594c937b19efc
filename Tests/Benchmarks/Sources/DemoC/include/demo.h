/* The library is loaded, and has nothing to include. */
