//! Where a consumer and its inbox live: shared by count, as in the standard library's `Arc`, but in memory of the pool.
//!
//! An actor often ends on another thread than the one that has made it. An allocator gets the memory back there, where it has to wait
//! for the thread it came from; the pool's threads leave it for one another.
//!
//! The counts are those of `Arc`: one of strong ones, which keep the content, and one of weak ones, which keep the memory; all
//! strong ones together have one of the weak.
#![allow(unsafe_code, reason = "whoever counts the last one frees the memory")]

use std::alloc::Layout;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, offset_of};
use std::ops::Deref;
use std::ptr::{self, NonNull};

use super::pool;
use crate::sync::atomic::{AtomicU32, Ordering, fence};

/// A count of what lives here: it stays as long as there is one.
pub(crate) struct Home<H: ?Sized> {
    place: NonNull<Place<H>>,
    content: PhantomData<Place<H>>,
}

/// A count for as long as its owner has it.
pub(crate) struct Lent<'a, H: ?Sized> {
    home: ManuallyDrop<Home<H>>,
    owner: PhantomData<&'a ()>,
}

/// A count of the place alone.
pub(crate) struct WeakHome<H: ?Sized> {
    place: NonNull<Place<H>>,
}

#[repr(C)]
struct Place<H: ?Sized> {
    counts: Counts,
    content: ManuallyDrop<H>,
}

struct Counts {
    strong: AtomicU32,
    weak: AtomicU32,
}

/// So many counts are never there, unless they are forgotten instead of dropped.
const MOST: u32 = u32::MAX / 2;

/// Can be seen as something whose type is known less well.
///
/// # Safety
///
/// The pointer that comes back is the one that was given, to a `D` of the same size and alignment that is dropped as it is.
pub(crate) unsafe trait Upcast<D: ?Sized> {
    fn upcast(this: *const Self) -> *const D;
}

// SAFETY: shared references to the content go to any thread, and the last thread to have one drops it.
unsafe impl<H: ?Sized + Send + Sync> Send for Home<H> {}
// SAFETY: as above.
unsafe impl<H: ?Sized + Send + Sync> Sync for Home<H> {}
// The content stays where it is.
impl<H: ?Sized> Unpin for Home<H> {}

// SAFETY: it may become a strong one.
unsafe impl<H: ?Sized + Send + Sync> Send for WeakHome<H> {}
// SAFETY: as above.
unsafe impl<H: ?Sized + Send + Sync> Sync for WeakHome<H> {}

impl<H> Home<H> {
    pub(crate) fn new(content: H) -> Self {
        let place = pool::take(Layout::new::<Place<H>>()).cast::<Place<H>>();
        let counts = Counts { strong: AtomicU32::new(1), weak: AtomicU32::new(1) };
        // SAFETY: the memory is of this layout, and nobody else's.
        unsafe { place.write(Place { counts, content: ManuallyDrop::new(content) }) };
        // For `another`.
        place.as_ptr().expose_provenance();
        Self::of(place)
    }

    /// Another count of it.
    ///
    /// # Safety
    ///
    /// The content lies in a home.
    pub(super) unsafe fn another(content: &H) -> Self {
        let place = ptr::from_ref(content).addr() - offset_of!(Place<H>, content);
        // SAFETY: places have addresses.
        let place = unsafe { NonNull::new_unchecked(ptr::with_exposed_provenance_mut(place)) };
        // SAFETY: a home has it, as long as the content is borrowed.
        (*ManuallyDrop::new(Self::of(place))).clone()
    }

    /// The same count, of something whose type is known less well.
    #[inline]
    pub(crate) fn upcast<D: ?Sized>(self) -> Home<D>
    where
        H: Upcast<D>,
    {
        Home::of(upcast(ManuallyDrop::new(self).place))
    }

    /// The same count, as something whose type is known less well.
    #[inline]
    pub(crate) fn lend<D: ?Sized>(&self) -> Lent<'_, D>
    where
        H: Upcast<D>,
    {
        Lent { home: ManuallyDrop::new(Home::of(upcast(self.place))), owner: PhantomData }
    }

    #[inline]
    pub(super) fn into_raw(self) -> NonNull<()> {
        ManuallyDrop::new(self).place.cast()
    }

    #[inline]
    pub(super) fn as_raw(&self) -> NonNull<()> {
        self.place.cast()
    }

    /// # Safety
    ///
    /// It came from [`into_raw`](Self::into_raw) of the same type, once for each; or from [`as_raw`](Self::as_raw), and is not dropped.
    #[inline]
    pub(super) unsafe fn from_raw(raw: NonNull<()>) -> Self {
        Self::of(raw.cast())
    }
}

impl<H: ?Sized> Home<H> {
    #[inline]
    fn of(place: NonNull<Place<H>>) -> Self {
        Self { place, content: PhantomData }
    }

    /// The same count, of what it is known to be.
    ///
    /// # Safety
    ///
    /// It is an `S`.
    pub(crate) unsafe fn cast<S>(self) -> Home<S> {
        Home::of(ManuallyDrop::new(self).place.cast())
    }

    pub(crate) fn downgrade(&self) -> WeakHome<H> {
        count(&self.counts().weak);
        WeakHome { place: self.place }
    }

    /// Whether both are counts of the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        ptr::addr_eq(self.place.as_ptr(), other.place.as_ptr())
    }

    #[inline]
    fn counts(&self) -> &Counts {
        // SAFETY: it is there as long as there is a count.
        unsafe { &(*self.place.as_ptr()).counts }
    }

    /// # Safety
    ///
    /// This was the last strong count.
    #[inline(never)]
    unsafe fn drop_content(&mut self) {
        // All that others did before they gave their counts back.
        fence(Ordering::Acquire);
        // Also if the content panics.
        let _of_all_strong_ones = WeakHome { place: self.place };
        // SAFETY: nobody has the content any more, and nobody can get it.
        unsafe { ManuallyDrop::drop(&mut (*self.place.as_ptr()).content) };
    }
}

#[inline]
fn upcast<H: Upcast<D>, D: ?Sized>(place: NonNull<Place<H>>) -> NonNull<Place<D>> {
    // Only the type of the pointer changes, as if it led to the content.
    let wide = H::upcast(place.as_ptr().cast::<H>()) as *mut Place<D>;
    debug_assert_eq!(wide.addr(), place.addr().get());
    // SAFETY: it is the same address.
    unsafe { NonNull::new_unchecked(wide) }
}

/// Adds one to a count that is not zero.
#[inline]
fn count(count: &AtomicU32) {
    if count.fetch_add(1, Ordering::Relaxed) > MOST {
        std::process::abort();
    }
}

impl<H: ?Sized> Deref for Home<H> {
    type Target = H;

    #[inline(always)]
    fn deref(&self) -> &H {
        // SAFETY: it is there as long as there is a strong count, and nobody changes it.
        unsafe { &(*self.place.as_ptr()).content }
    }
}

impl<H: ?Sized> Deref for Lent<'_, H> {
    type Target = Home<H>;

    #[inline]
    fn deref(&self) -> &Home<H> {
        &self.home
    }
}

impl<H: ?Sized> Clone for Home<H> {
    #[inline]
    fn clone(&self) -> Self {
        count(&self.counts().strong);
        Self::of(self.place)
    }
}

impl<H: ?Sized> Drop for Home<H> {
    #[inline]
    fn drop(&mut self) {
        if self.counts().strong.fetch_sub(1, Ordering::Release) == 1 {
            // SAFETY: as it says.
            unsafe { self.drop_content() }
        }
    }
}

impl<H> WeakHome<H> {
    /// The same count, of something whose type is known less well.
    pub(crate) fn upcast<D: ?Sized>(self) -> WeakHome<D>
    where
        H: Upcast<D>,
    {
        WeakHome { place: upcast(ManuallyDrop::new(self).place) }
    }
}

impl<H: ?Sized> WeakHome<H> {
    /// A strong count, if there is one still.
    pub(crate) fn upgrade(&self) -> Option<Home<H>> {
        let one_more = |strong| match strong {
            0 => None,
            1..=MOST => Some(strong + 1),
            _ => std::process::abort(),
        };
        let upgraded = self.counts().strong.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more);
        upgraded.is_ok().then(|| Home::of(self.place))
    }

    #[inline]
    fn counts(&self) -> &Counts {
        // SAFETY: as for strong counts; the content is left alone.
        unsafe { &*ptr::from_ref(&(*self.place.as_ptr()).counts) }
    }
}

impl<H: ?Sized> Clone for WeakHome<H> {
    fn clone(&self) -> Self {
        count(&self.counts().weak);
        Self { place: self.place }
    }
}

impl<H: ?Sized> Drop for WeakHome<H> {
    #[inline]
    fn drop(&mut self) {
        // Whoever sees that his is the only one is alone: more are made of those that are there.
        let weak = &self.counts().weak;
        if weak.load(Ordering::Acquire) != 1 && weak.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        // SAFETY: nobody else has the place. The layout is that of the type, or of the one that a wide pointer was made of.
        unsafe {
            let layout = Layout::for_value(self.place.as_ref());
            // Nothing to do, but for the counts of model tests.
            ptr::drop_in_place(&raw mut (*self.place.as_ptr()).counts);
            pool::give_back(self.place.cast(), layout);
        }
    }
}

#[cfg(all(test, not(actors_loom)))]
mod tests {
    use std::fmt::Debug;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    use super::*;

    // SAFETY: it is the same pointer.
    unsafe impl<T: Debug + 'static> Upcast<dyn Debug> for Arc<T> {
        fn upcast(this: *const Self) -> *const dyn Debug {
            this
        }
    }

    #[test]
    fn the_content_is_there_as_long_as_a_strong_count_is() {
        let content = Arc::new(7);
        let home = Home::new(content.clone());
        let (other, weak) = (home.clone(), home.downgrade());
        assert!(home.is(&other) && weak.upgrade().is_some_and(|again| again.is(&home)));
        drop(home);
        assert_eq!((**other, Arc::strong_count(&content)), (7, 2));
        drop(other);
        assert_eq!(Arc::strong_count(&content), 1);
        assert!(weak.clone().upgrade().is_none());
    }

    #[test]
    fn a_home_is_the_same_whatever_is_known_of_its_content() {
        let content = Arc::new([7; 9]);
        let home = Home::new(content.clone());
        let wide: Home<dyn Debug> = home.clone().upcast();
        assert_eq!(format!("{:?} {:?}", &*wide, &**home.lend()), format!("{content:?} {content:?}"));
        let weak = home.downgrade().upcast();
        drop(home);
        assert!(weak.upgrade().is_some_and(|again| again.is(&wide)));
        // SAFETY: it was made of one.
        let narrow: Home<Arc<[i32; 9]>> = unsafe { wide.cast() };
        assert!(Arc::ptr_eq(&narrow, &content));
        drop(narrow);
        assert!(weak.upgrade().is_none());
        assert_eq!(Arc::strong_count(&content), 1);
    }

    #[test]
    fn another_count_comes_from_the_content_itself() {
        let home = Home::new(Arc::new(7));
        // SAFETY: it is in a home.
        let other = unsafe { Home::another(&*home) };
        assert!(home.is(&other));
        drop(home);
        assert_eq!(Arc::strong_count(&other), 1);
    }

    #[test]
    fn content_that_panics_when_it_is_dropped_leaves_its_memory() {
        struct Bomb([u64; 99]);

        impl Drop for Bomb {
            fn drop(&mut self) {
                assert_eq!(self.0[98], 0, "as it is meant to");
            }
        }

        let home = Home::new(Bomb([1; 99]));
        let place = &raw const *home;
        assert!(catch_unwind(AssertUnwindSafe(|| drop(home))).is_err());
        assert_eq!(&raw const *Home::new(Bomb([0; 99])), place);
    }
}
