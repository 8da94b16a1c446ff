//! What every visit store must keep, whatever stands behind it.
