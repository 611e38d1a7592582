//! The built functions under the real Lambda Runtime Interface Emulator.
