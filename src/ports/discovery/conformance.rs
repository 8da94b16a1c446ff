//! What every discovery store must keep, whatever stands behind it.
