//! The shared memory of a write-ahead log: regions that SQLite reads and writes by itself.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc};

/// Regions of one file. They stay where they are until this is dropped, which only happens once nobody maps them.
#[derive(Default)]
pub struct Shm {
    regions: Vec<Region>,
}

struct Region {
    memory: *mut u8,
    layout: Layout,
}

impl Shm {
    /// The start of a region; null where it does not exist and must not be made, or cannot be.
    pub fn region(&mut self, index: usize, size: usize, extend: bool) -> *mut u8 {
        while self.regions.len() <= index {
            let Ok(layout) = Layout::from_size_align(size.max(1), 16) else { return std::ptr::null_mut() };
            if !extend {
                return std::ptr::null_mut();
            }
            // SAFETY: the layout is not of size zero.
            let memory = unsafe { alloc_zeroed(layout) };
            if memory.is_null() {
                return memory;
            }
            self.regions.push(Region { memory, layout });
        }
        self.regions.get(index).map_or(std::ptr::null_mut(), |region| region.memory)
    }

    /// All bytes as they are.
    pub fn copy(&self) -> Vec<Vec<u8>> {
        self.regions
            .iter()
            .map(|region| {
                // SAFETY: the region was allocated with this size, is initialised, and no thread but this one uses it:
                // a world and all its connections live on one thread, and SQLite is not running now.
                unsafe { std::slice::from_raw_parts(region.memory, region.layout.size()).to_vec() }
            })
            .collect()
    }

    /// Puts the bytes back; what was mapped later is zeroed.
    pub fn restore(&self, copies: &[Vec<u8>]) {
        for (index, region) in self.regions.iter().enumerate() {
            // SAFETY: as in `copy`.
            let bytes = unsafe { std::slice::from_raw_parts_mut(region.memory, region.layout.size()) };
            match copies.get(index) {
                Some(copy) if copy.len() == bytes.len() => bytes.copy_from_slice(copy),
                _ => bytes.fill(0),
            }
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and freed once.
        unsafe { dealloc(self.memory, self.layout) };
    }
}
