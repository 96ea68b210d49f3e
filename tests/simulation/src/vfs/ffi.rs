//! SQLite's calling conventions for [`super::Disk`]. All of the crate's unsafe code stands here and in `shm.rs`.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;

use rusqlite::ffi;

use super::disk::{HandleId, Level, Trouble};

/// An open file, in memory that SQLite allocates (`szOsFile`).
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    phone: PhoneName,
    handle: HandleId,
}

/// The phone whose disk a file is on: a leaked name, one for each phone there ever was in this process.
type PhoneName = *const &'static str;

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

static REGISTER: Once = Once::new();

/// Makes this file system the default of the process. May be called often.
pub fn register() {
    REGISTER.call_once(|| {
        let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<OpenFile>()).unwrap_or(c_int::MAX),
            mxPathname: 512,
            pNext: std::ptr::null_mut(),
            zName: c"paytaipei-simulation".as_ptr(),
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: None,
            xCurrentTimeInt64: Some(current_time_int64),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the structure lives for ever, and its functions keep SQLite's contract for a VFS.
        // SQLite's count of its memory is of no use here, and costs a lock for each allocation.
        unsafe {
            ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 0 as c_int);
            ffi::sqlite3_vfs_register(vfs, 1);
        }
    });
}

/// The phone's name for as long as the process lives. Worlds reuse a handful of names.
fn leaked(name: &str) -> PhoneName {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};
    static NAMES: Mutex<BTreeMap<String, &'static &'static str>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = names.entry(name.to_owned()).or_insert_with(|| Box::leak(Box::new(&*Box::leak(name.into()))));
    *entry
}

const fn code(trouble: Trouble, io: c_int) -> c_int {
    match trouble {
        Trouble::Io => io,
        Trouble::Full => ffi::SQLITE_FULL,
        Trouble::Busy => ffi::SQLITE_BUSY,
        Trouble::NoSuchFile => ffi::SQLITE_CANTOPEN,
    }
}

/// Runs `work` on the file's disk and gives SQLite's code for how it went.
///
/// SAFETY: `file` is an [`OpenFile`] that `open` filled.
unsafe fn on(
    file: *mut ffi::sqlite3_file,
    io: c_int,
    work: impl FnOnce(&mut super::Disk, HandleId) -> Result<(), Trouble>,
) -> c_int {
    // SAFETY: by this function's own condition; the name is never freed.
    let (phone, handle) = unsafe {
        let file = file.cast::<OpenFile>();
        (*(*file).phone, (*file).handle)
    };
    match super::with(phone, |disk| work(disk, handle)) {
        Some(Ok(())) => ffi::SQLITE_OK,
        Some(Err(trouble)) => code(trouble, io),
        None => io,
    }
}

/// SAFETY: `text` is null or a C string.
unsafe fn text<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: by this function's own condition.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives memory of `szOsFile` bytes, a C string or null, and a place for flags or null.
    unsafe {
        (*file).pMethods = std::ptr::null();
        // Files without a name are temporary ones; the phone keeps those in memory.
        let Some((path, phone)) = text(name).and_then(|path| Some((path, super::phone_of(path)?))) else {
            return ffi::SQLITE_CANTOPEN;
        };
        match super::with(phone, |disk| disk.open(path, flags & ffi::SQLITE_OPEN_CREATE != 0)) {
            Some(Ok(handle)) => {
                let file = file.cast::<OpenFile>();
                (*file).phone = leaked(phone);
                (*file).handle = handle;
                (*file).base.pMethods = &raw const METHODS;
                if !out_flags.is_null() {
                    *out_flags = flags;
                }
                ffi::SQLITE_OK
            }
            Some(Err(trouble)) => code(trouble, ffi::SQLITE_CANTOPEN),
            None => ffi::SQLITE_CANTOPEN,
        }
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: SQLite gives a C string.
    let Some(path) = (unsafe { text(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    match super::of_path(path, |disk| disk.delete(path, sync_folder != 0)) {
        Some(Ok(())) => ffi::SQLITE_OK,
        Some(Err(Trouble::NoSuchFile)) => ffi::SQLITE_IOERR_DELETE_NOENT,
        _ => ffi::SQLITE_IOERR_DELETE,
    }
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a C string and a place for the answer.
    unsafe {
        let exists = text(name).and_then(|path| super::of_path(path, |disk| disk.exists(path))).unwrap_or(false);
        *out = c_int::from(exists);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a C string, and `room` bytes to write to.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if usize::try_from(room).unwrap_or(0) < bytes.len() {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

/// SQLite seeds a generator of its own with this, once in a process, and draws salts from it that no trace depends on.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives `count` bytes to write to.
    unsafe { std::ptr::write_bytes(out, 0x5A, usize::try_from(count).unwrap_or(0)) };
    count
}

/// Nobody else runs meanwhile, so waiting would change nothing.
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    micros
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { *out = 2_461_000.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_int64(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { *out = 212_630_443_200_000 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `file` was filled by `open`.
    unsafe {
        on(file, ffi::SQLITE_IOERR_CLOSE, |disk, handle| {
            disk.close(handle);
            Ok(())
        })
    }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(count), Ok(offset)) = (usize::try_from(count), usize::try_from(offset)) else {
        return ffi::SQLITE_IOERR_READ;
    };
    let mut got = 0;
    // SAFETY: `file` was filled by `open`, and SQLite gives `count` bytes to write to.
    let code = unsafe {
        on(file, ffi::SQLITE_IOERR_READ, |disk, handle| {
            got = disk.read(handle, offset, std::slice::from_raw_parts_mut(into.cast(), count))?;
            Ok(())
        })
    };
    if code == ffi::SQLITE_OK && got < count { ffi::SQLITE_IOERR_SHORT_READ } else { code }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    count: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    let (Ok(count), Ok(offset)) = (usize::try_from(count), usize::try_from(offset)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: `file` was filled by `open`, and SQLite gives `count` bytes to read.
    unsafe {
        on(file, ffi::SQLITE_IOERR_WRITE, |disk, handle| {
            disk.write(handle, offset, std::slice::from_raw_parts(from.cast(), count))
        })
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    let Ok(size) = usize::try_from(size) else { return ffi::SQLITE_IOERR_TRUNCATE };
    // SAFETY: `file` was filled by `open`.
    unsafe { on(file, ffi::SQLITE_IOERR_TRUNCATE, |disk, handle| disk.truncate(handle, size)) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: `file` was filled by `open`.
    unsafe { on(file, ffi::SQLITE_IOERR_FSYNC, |disk, handle| disk.sync(handle)) }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: `file` was filled by `open`, and SQLite gives a place for the answer.
    unsafe {
        on(file, ffi::SQLITE_IOERR_FSTAT, |disk, handle| {
            *out = i64::try_from(disk.size(handle)?).unwrap_or(i64::MAX);
            Ok(())
        })
    }
}

const fn level(number: c_int) -> Level {
    match number {
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        ffi::SQLITE_LOCK_EXCLUSIVE => Level::Exclusive,
        _ => Level::None,
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: `file` was filled by `open`.
    unsafe { on(file, ffi::SQLITE_IOERR_LOCK, |disk, handle| disk.lock(handle, level(to))) }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: `file` was filled by `open`.
    unsafe {
        on(file, ffi::SQLITE_IOERR_UNLOCK, |disk, handle| {
            disk.unlock(handle, level(to));
            Ok(())
        })
    }
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: `file` was filled by `open`, and SQLite gives a place for the answer.
    unsafe {
        on(file, ffi::SQLITE_IOERR_CHECKRESERVEDLOCK, |disk, handle| {
            *out = c_int::from(disk.is_reserved(handle));
            Ok(())
        })
    }
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4_096
}

/// As SQLite's own VFS on Unix promises: a power cut alters no byte outside of what was being written.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    let (Ok(region), Ok(size)) = (usize::try_from(region), usize::try_from(size)) else {
        return ffi::SQLITE_IOERR_SHMMAP;
    };
    // SAFETY: `file` was filled by `open`, and SQLite gives a place for the answer.
    unsafe {
        *out = std::ptr::null_mut();
        on(file, ffi::SQLITE_IOERR_SHMMAP, |disk, handle| {
            *out = disk.map(handle, region, size, extend != 0)?.cast();
            Ok(())
        })
    }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, first: c_int, count: c_int, flags: c_int) -> c_int {
    let (Ok(first), Ok(count)) = (usize::try_from(first), usize::try_from(count)) else {
        return ffi::SQLITE_IOERR_SHMLOCK;
    };
    // SAFETY: `file` was filled by `open`.
    unsafe {
        on(file, ffi::SQLITE_IOERR_SHMLOCK, |disk, handle| {
            if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
                disk.unlock_slots(handle, first, count);
                return Ok(());
            }
            disk.lock_slots(handle, first, count, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0)
        })
    }
}

/// One thread needs no barrier.
unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: `file` was filled by `open`.
    unsafe {
        on(file, ffi::SQLITE_IOERR_SHMMAP, |disk, handle| {
            disk.unmap(handle);
            Ok(())
        })
    }
}
