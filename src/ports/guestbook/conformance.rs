//! What every guestbook store must keep, whatever stands behind it.
