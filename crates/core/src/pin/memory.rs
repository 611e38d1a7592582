//! Argon2's memory, kept from one hash to the next.
//!
//! Memory of this size that is freed after each hash stays with the process all the same, in pieces that do not fit the
//! next hash: a function grew to eight times what one hash needs. So each piece is used again. There are as many as hashes
//! ever ran at once; callers bound that number.
//!
//! What a hash leaves in it is not cleared: it says no more about a PIN than the tag and the keys, which the process has
//! too.

use argon2::{Argon2, Block, Error};
use std::sync::{Mutex, PoisonError};

static IDLE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Hashes in memory that an earlier hash has used, if there is any.
///
/// # Errors
/// [`Error::OutOfMemory`], or what Argon2 says of its parameters.
pub(super) fn hash_into(argon2: &Argon2<'_>, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), Error> {
    let mut memory = idle().pop().unwrap_or_default();
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        // A larger piece takes the place of a smaller one.
        memory = Vec::new();
        memory.try_reserve_exact(blocks).map_err(|_| Error::OutOfMemory)?;
        memory.resize(blocks, Block::default());
    }
    let hashed = argon2.hash_password_into_with_memory(password, salt, out, &mut memory[..blocks]);
    idle().push(memory);
    hashed
}

/// Nothing that is done with the lock can panic half-way, so a poisoned one is as good.
fn idle() -> std::sync::MutexGuard<'static, Vec<Vec<Block>>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Algorithm, Params, Version};

    fn argon2(memory_kib: u32) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory_kib, 1, 1, Some(32)).unwrap())
    }

    #[test]
    fn used_memory_of_any_size_changes_no_hash() {
        for memory_kib in [64, 8, 256, 8, 64] {
            for pin in ["4711", "0815", "4711"] {
                let (mut kept, mut fresh) = ([0; 32], [0; 32]);
                hash_into(&argon2(memory_kib), pin.as_bytes(), b"a salt of sixteen", &mut kept).unwrap();
                argon2(memory_kib).hash_password_into(pin.as_bytes(), b"a salt of sixteen", &mut fresh).unwrap();
                assert_eq!(kept, fresh, "{pin}, {memory_kib} KiB");
            }
        }
    }

    #[test]
    fn one_hash_after_another_uses_one_piece_of_memory() {
        // The other tests of this process hash too, in parallel.
        let at_once = std::thread::available_parallelism().map_or(1, usize::from) * 8;
        for _ in 0..20 * at_once {
            hash_into(&argon2(8), b"4711", b"a salt of sixteen", &mut [0; 32]).unwrap();
        }
        assert!(idle().len() <= at_once, "{} pieces", idle().len());
    }
}
