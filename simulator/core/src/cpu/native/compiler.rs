//! The compiler: what Cranelift is asked for, and what comes of it.

use super::translation::{self, PARAMETERS, Translation};
use super::{CompileError, Compiled};
use crate::cpu::block::Block;
use crate::cpu::step::{Step, StepKind};
use crate::raw::native::{self, MachineCode};
use cranelift_codegen::Context;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, Signature};
use cranelift_codegen::isa::CallConv;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncId, Module, ModuleError, default_libcall_names};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Addresses that are reserved for machine code, so that its parts are near each other. What is not used costs nothing.
const RESERVED: usize = 64 << 20;

impl From<ModuleError> for CompileError {
    fn from(error: ModuleError) -> Self {
        Self::Host(error.to_string())
    }
}

/// Makes machine code of blocks.
pub(in crate::cpu) fn compile<'a>(blocks: impl Iterator<Item = &'a Block> + Clone) -> Result<Compiled, CompileError> {
    let mut compiler = Compiler::new()?;
    // Cranelift's memory panics where a system forbids memory that was written to be executed.
    let made = catch_unwind(AssertUnwindSafe(|| compiler.define_all(blocks.clone())));
    match made.unwrap_or_else(|_| Err(CompileError::Host("the compiler panicked".to_owned()))) {
        Ok((trampoline, targets)) => Ok(compiler.finish(blocks, trampoline, &targets)),
        Err(error) => {
            native::discard(compiler.module);
            Err(error)
        }
    }
}

/// Functions by the address of the first operation of the block that they stand for.
pub(super) type Targets = HashMap<u64, FuncId>;

struct Compiler {
    module: JITModule,
    context: Context,
    functions: FunctionBuilderContext,
}

impl Compiler {
    fn new() -> Result<Self, CompileError> {
        let error = |error: &dyn std::fmt::Display| CompileError::Host(error.to_string());
        let mut flags = settings::builder();
        // Frame pointers are what tail calls of Cranelift's build on.
        for (name, value) in [
            ("opt_level", "speed"),
            ("enable_verifier", "false"),
            ("is_pic", "false"),
            ("preserve_frame_pointers", "true"),
            ("unwind_info", "false"),
        ] {
            flags.set(name, value).map_err(|it| error(&it))?;
        }
        let isa = cranelift_native::builder().map_err(|it| error(&it))?;
        let isa = isa.finish(settings::Flags::new(flags)).map_err(|it| error(&it))?;
        let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
        builder.memory_provider(Box::new(ArenaMemoryProvider::new_with_size(RESERVED).map_err(|it| error(&it))?));
        let module = JITModule::new(builder);
        let context = module.make_context();
        Ok(Self { module, context, functions: FunctionBuilderContext::new() })
    }

    /// Makes all functions final; returns the trampoline and those of blocks.
    fn define_all<'a>(
        &mut self,
        blocks: impl Iterator<Item = &'a Block> + Clone,
    ) -> Result<(FuncId, Targets), CompileError> {
        let trampoline = self.trampoline()?;
        let mut targets = Targets::new();
        for block in blocks.clone().filter(|block| is_worthwhile(block)) {
            let function = self.module.declare_anonymous_function(&signature())?;
            targets.insert(block.entry().address(), function);
        }
        for block in blocks {
            if let Some(function) = targets.get(&block.entry().address()) {
                self.block(block, *function, &targets)?;
            }
        }
        self.module.finalize_definitions()?;
        Ok((trampoline, targets))
    }

    fn finish<'a>(self, blocks: impl Iterator<Item = &'a Block>, trampoline: FuncId, targets: &Targets) -> Compiled {
        let address = |function| self.module.get_finalized_function(function) as u64;
        let entries = blocks.map(|block| targets.get(&block.entry().address()).map(|id| address(*id))).collect();
        let trampoline = self.module.get_finalized_function(trampoline);
        Compiled { code: MachineCode::new(self.module, trampoline), entries }
    }

    fn block(&mut self, block: &Block, id: FuncId, targets: &Targets) -> Result<(), CompileError> {
        self.context.func.signature = signature();
        let frontend = self.module.target_config();
        let builder = FunctionBuilder::new(&mut self.context.func, &mut self.functions);
        Translation::new(builder, block, &mut self.module, targets).run(frontend);
        self.define(id)
    }

    /// The function through which the interpreter calls all the others; see [`MachineCode`].
    fn trampoline(&mut self) -> Result<FuncId, CompileError> {
        let mut outer = self.module.make_signature();
        outer.params.extend([AbiParam::new(I64); 3]);
        outer.returns.push(AbiParam::new(I64));
        let id = self.module.declare_anonymous_function(&outer)?;
        self.context.func.signature = outer;
        let frontend = self.module.target_config();
        let mut builder = FunctionBuilder::new(&mut self.context.func, &mut self.functions);
        translation::trampoline(&mut builder, signature());
        builder.finalize(frontend);
        self.define(id)?;
        Ok(id)
    }

    fn define(&mut self, id: FuncId) -> Result<(), CompileError> {
        self.module.define_function(id, &mut self.context)?;
        self.module.clear_context(&mut self.context);
        Ok(())
    }
}

/// What all blocks' functions have in common; see [`PARAMETERS`].
pub(super) fn signature() -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(I64); PARAMETERS]);
    signature.returns.push(AbiParam::new(I64));
    signature
}

/// Not for blocks that come back at once.
fn is_worthwhile(block: &Block) -> bool {
    match block.steps.first() {
        Some(Step { kind: StepKind::Plain(inst, _), .. }) => !inst.op.is_csr() || inst.is_mstatus() && !block.user,
        Some(Step { kind, .. }) => !matches!(kind, StepKind::Interpreted),
        None => false,
    }
}
