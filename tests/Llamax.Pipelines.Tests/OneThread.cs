using System.Runtime.CompilerServices;
using Llamax.Models.Native;

namespace Llamax.Pipelines.Tests;

/// <summary>Tiny tensors gain nothing from a second thread and lose much where other work holds a core.</summary>
internal static class OneThread
{
    [ModuleInitializer]
    internal static void Choose() => TorchRuntime.SetThreads(1);
}
