using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Layers;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Adapters;

/// <summary>
/// The matrices of a low-rank adapter, views into one flat buffer as the weights of a model are: what trains models trains adapters. The
/// folder has PEFT's layout: adapter_config.json and adapter_model.safetensors.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private const string Prefix = "base_model.model.";
    private const string Down = ".lora_A.weight";
    private const string Up = ".lora_B.weight";

    private readonly FlatWeights _weights;

    private LoraAdapter(LoraConfig config, IReadOnlyList<TensorShape> tensors, ScalarType dtype, Device device)
        : this(config, tensors, layout => zeros(layout.Length, dtype, device))
    {
    }

    private LoraAdapter(LoraConfig config, IReadOnlyList<TensorShape> tensors, Func<ParameterLayout, Tensor> flat) =>
        (Config, _weights) = (config, new(tensors, flat));

    public LoraConfig Config { get; }

    /// <summary>[n] every A and B; slices begin at multiples of 64 and the gaps stay zero.</summary>
    public Tensor FlatParameters => _weights.Flat;

    /// <summary>The elements of <see cref="FlatParameters"/> that weight decay is for: all.</summary>
    public long DecayedLength => _weights.DecayedLength;

    /// <summary>Every A and B under PEFT's name, in the order of the flat buffer.</summary>
    public IReadOnlyList<ModelParameter> Parameters => _weights.Parameters;

    /// <summary>A new adapter, whose update is zero: A is uniform in ±1/√input, as PEFT's, B is zero.</summary>
    /// <param name="config">Which modules and how.</param>
    /// <param name="model">What it is for; it gives type, device and shapes.</param>
    /// <param name="seed">Decides A; every matrix has its own generator keyed by seed and name, on the CPU.</param>
    /// <exception cref="RequestException">The config breaks its rules, or targets a module that the model has not.</exception>
    public static LoraAdapter Create(LoraConfig config, CausalModel model, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(model);
        OptionProblem.ThrowIfAny("the adapter's config", config.Problems());
        var bases = Shapes(model);
        foreach (var target in config.TargetModules)
        {
            var one = config with { TargetModules = [target] };
            if (!bases.Any(tensor => tensor.Sizes.Length == 2 && one.Targets(Module(tensor.Name))))
            {
                throw new RequestException(
                    $"target_modules names {target}, and {model.Config.Architecture} has no such matrix", "the adapter's config",
                    "use ends of the names of its matrices, such as q_proj and v_proj for LLaMA");
            }
        }

        var modules = bases.Where(tensor => tensor.Sizes.Length == 2 && config.Targets(Module(tensor.Name))).ToList();
        var adapter = new LoraAdapter(config, [.. modules.SelectMany(tensor => Pair(tensor, config))], model.DType, model.Device);
        using var quiet = no_grad();
        foreach (var parameter in adapter.Parameters.Where(p => p.Name.EndsWith(Down, StringComparison.Ordinal)))
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(new Draws(seed, $"initialize {parameter.Name}").Bits(0), CPU);
            var bound = 1 / Math.Sqrt(parameter.Value.shape[1]);
            parameter.Value.copy_(empty(parameter.Value.shape, ScalarType.Float32).uniform_(-bound, bound, generator));
        }

        return adapter;
    }

    /// <summary>Reads an adapter for a model.</summary>
    /// <param name="folder">PEFT's.</param>
    /// <param name="model">What it is for; it gives type, device and shapes.</param>
    /// <exception cref="RequestException">A file is missing or damaged, or the adapter is for another model.</exception>
    public static LoraAdapter Load(string folder, CausalModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(folder, Shapes(model), model.DType, model.Device);
    }

    /// <summary>Reads an adapter for whatever has these weights.</summary>
    internal static LoraAdapter Load(string folder, IReadOnlyList<TensorShape> bases, ScalarType dtype, Device device)
    {
        var config = LoraConfig.Read(folder);
        using var checkpoint = OpenWeights(folder);
        var modules = LoraCheck.Modules(folder, config, bases, checkpoint.Tensors.ToDictionary(StringComparer.Ordinal));
        var adapter = new LoraAdapter(config, [.. modules.SelectMany(tensor => Pair(tensor, config))], dtype, device);
        try
        {
            foreach (var parameter in adapter.Parameters)
                checkpoint.CopyTo(parameter.Name, parameter.Value);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Another adapter over the same matrices, with gradients of its own; the caller disposes it before this one.</summary>
    public LoraAdapter Alias() => new(Config, ShapesOfOwn(), _ => FlatParameters.alias());

    /// <summary>A copy of the matrices as they are now, in the memory of the host; the caller disposes it.</summary>
    public LoraAdapter Copy() => new(Config, ShapesOfOwn(), _ => FlatParameters.to(CPU, copy: true));

    /// <summary>Writes adapter_config.json and adapter_model.safetensors, each whole or not at all.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="dtype">Type of the stored matrices; null = as they are.</param>
    public void Save(string folder, ScalarType? dtype = null)
    {
        var stored = dtype ?? FlatParameters.dtype;
        SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), [.. Parameters.Select(p => (p.Name, p.Value))], stored);
        AtomicFile.WriteAllText(Path.Combine(folder, LoraConfig.FileName), Config.ToJson());
    }

    /// <summary>Adds the updates to the weights of a model, in float32 and once for all.</summary>
    public void Merge(CausalModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var quiet = no_grad();
        foreach (var parameter in model.Parameters)
        {
            using var scope = NewDisposeScope();
            if (Find(Module(parameter.Name)) is not null)
                parameter.Value.copy_(Merge(parameter.Name, parameter.Value.detach()));
        }
    }

    public void Dispose() => _weights.Dispose();

    /// <summary>The update of a module; null where it has none.</summary>
    /// <param name="module">The name of its weight without the ending.</param>
    internal LowRankUpdate? Find(string module) => _weights.Find(Prefix + module + Down) is { } down
        ? new(down, _weights.Find(Prefix + module + Up)!, Config.Scale)
        : null;

    /// <summary>A weight with its update; a weight without one as it is.</summary>
    /// <param name="name">Of the weight.</param>
    /// <param name="weight">Of any type.</param>
    /// <returns>Of the same type and shape; the caller disposes it.</returns>
    internal Tensor Merge(string name, Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        if (Find(Module(name)) is not { } update)
            return weight.alias().MoveToOuterDisposeScope();
        var matrix = update.Matrix().to(weight.device);
        var sum = weight.to(ScalarType.Float32).Plus(Config.FanInFanOut ? matrix.t() : matrix);
        return sum.to(weight.dtype).MoveToOuterDisposeScope();
    }

    internal static string Module(string weight) =>
        weight.EndsWith(".weight", StringComparison.Ordinal) ? weight[..^".weight".Length] : weight;

    internal static (string Down, string Up) Names(string module) => (Prefix + module + Down, Prefix + module + Up);

    /// <summary>The module of an A or a B; null where the name is none of PEFT's.</summary>
    internal static string? ModuleOf(string name) => !name.StartsWith(Prefix, StringComparison.Ordinal) ? null
        : name.EndsWith(Down, StringComparison.Ordinal) ? name[Prefix.Length..^Down.Length]
        : name.EndsWith(Up, StringComparison.Ordinal) ? name[Prefix.Length..^Up.Length]
        : null;

    /// <summary>The two matrices of a module: A [r, input] and B [output, r].</summary>
    internal static TensorShape[] Pair(TensorShape weight, LoraConfig config)
    {
        var (output, input) = config.FanInFanOut ? (weight.Sizes[1], weight.Sizes[0]) : (weight.Sizes[0], weight.Sizes[1]);
        var (down, up) = Names(Module(weight.Name));
        return [new(down, config.Rank, input), new(up, output, config.Rank)];
    }

    private IReadOnlyList<TensorShape> ShapesOfOwn() => [.. Parameters.Select(parameter => new TensorShape(parameter.Name, parameter.Value.shape))];

    private static IReadOnlyList<TensorShape> Shapes(CausalModel model) =>
        [.. model.Parameters.Select(parameter => new TensorShape(parameter.Name, parameter.Value.shape))];

    internal static CheckpointFolder OpenWeights(string folder)
    {
        foreach (var name in new[] { "adapter_model.safetensors", "adapter_model.bin" })
            if (File.Exists(Path.Combine(folder, name)))
                return new(Path.Combine(folder, name));
        throw new RequestException(
            "neither adapter_model.safetensors nor adapter_model.bin is there", folder, "name the folder that PEFT's save_pretrained wrote");
    }
}
