//! A value that is seldom there.

/// Dropping one that is empty is one look, made where it is dropped. The compiler's own way is a call where the value is
/// large or its drop long.
pub(super) struct Seldom<T>(Option<T>);

impl<T> Seldom<T> {
    #[inline(always)]
    pub(super) fn empty() -> Self {
        Self(None)
    }

    #[inline(always)]
    pub(super) fn new(value: T) -> Self {
        Self(Some(value))
    }

    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }

    #[inline(always)]
    pub(super) fn take(&mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Drop for Seldom<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            drop_after_all(value);
        }
    }
}

#[cold]
#[inline(never)]
fn drop_after_all<T>(value: T) {
    drop(value);
}
