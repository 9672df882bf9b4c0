using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Llamax.Models.Native;

/// <summary>
/// Memory of tensors without copies, through libtorch's stable C interface, whose handles are TorchSharp's. TorchSharp's own
/// <c>bytes</c> and <c>frombuffer</c> end at 2 GiB or convert bfloat16.
/// </summary>
internal static unsafe partial class AotiInterop
{
    /// <summary>Address of the first element of a tensor; valid while the tensor lives.</summary>
    public static nint DataPointer(Tensor tensor)
    {
        void* pointer;
        Require(GetDataPointer(tensor.Handle, &pointer), "aoti_torch_get_data_ptr");
        GC.KeepAlive(tensor);
        return (nint)pointer;
    }

    /// <summary>
    /// A contiguous CPU tensor over memory that somebody else owns and keeps alive longer than the tensor.
    /// The caller has checked that the memory holds all elements.
    /// </summary>
    public static Tensor FromMemory(nint data, ReadOnlySpan<long> shape, ScalarType dtype)
    {
        Span<long> strides = stackalloc long[shape.Length];
        for (var (i, stride) = (shape.Length - 1, 1L); i >= 0; stride *= shape[i--])
            strides[i] = stride;
        nint handle;
        fixed (long* sizes = shape, steps = strides)
            Require(FromBlob((void*)data, shape.Length, sizes, steps, 0, (int)dtype, 0, 0, &handle), "aoti_torch_create_tensor_from_blob");
        return Tensor.UnsafeCreateTensor(handle);
    }

    private static void Require(int error, string call)
    {
        if (error != 0)
            throw new InvalidOperationException($"{call} failed with {error}.");
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetDataPointer(nint tensor, void** pointer);

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_create_tensor_from_blob")]
    private static partial int FromBlob(
        void* data, long dimensions, long* sizes, long* strides, long offset, int dtype, int deviceType, int deviceIndex, nint* tensor);
}
