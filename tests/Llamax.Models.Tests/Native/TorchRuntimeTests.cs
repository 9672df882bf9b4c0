using Llamax.Models.Native;
using Llamax.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Native;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_loads_and_computes_what_it_should() => TorchRuntime.Check();

    [Fact]
    public void The_processor_is_a_device() => Assert.Equal(DeviceType.CPU, TorchRuntime.ParseDevice("cpu").type);

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void Another_word_is_no_device(string option)
    {
        var refusal = Assert.Throws<RequestException>(() => TorchRuntime.ParseDevice(option));
        Assert.Contains("use cpu, cuda or cuda:N", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_with_the_way_to_get_one()
    {
        var refusal = Assert.Throws<RequestException>(() => TorchRuntime.ParseDevice("cuda:99"));
        Assert.Contains(cuda.is_available() ? "use cuda:0" : "-p:TorchBackend=cuda", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_number_of_threads_is_libtorch_s_own_whatever_was_set_before()
    {
        TorchRuntime.SetThreads(0);
        var own = get_num_threads();
        TorchRuntime.SetThreads(own + 1);
        TorchRuntime.SetThreads(0);
        Assert.Equal(own, get_num_threads());
        TorchRuntime.SetThreads(1);
    }

    [Fact]
    public void Trimming_memory_is_harmless() => TorchRuntime.MallocTrim();
}
