using Llamax.Models.Checkpoints;
using Llamax.Models.Layers;
using Llamax.Runs;

namespace Llamax.Models.Adapters;

/// <summary>Compares an adapter with the model that it is said to be for, before any memory is asked for.</summary>
internal static class LoraCheck
{
    /// <summary>The weights of the model that the adapter updates.</summary>
    /// <exception cref="RequestException">It is for another model, or some of it is missing.</exception>
    public static IReadOnlyList<TensorShape> Modules(
        string folder, LoraConfig config, IReadOnlyList<TensorShape> bases, IReadOnlyDictionary<string, StoredTensor> stored)
    {
        var byModule = bases.Where(tensor => tensor.Sizes.Length == 2)
            .ToDictionary(tensor => LoraAdapter.Module(tensor.Name), StringComparer.Ordinal);
        var foreign = stored.Keys.Where(name => LoraAdapter.ModuleOf(name) is not { } module || !byModule.ContainsKey(module)).ToList();
        if (foreign.Count > 0)
            throw Other(folder, $"the model has no place for {Some(foreign)}", config);
        var modules = byModule
            .Where(module => config.TargetModules.Count > 0
                ? config.Targets(module.Key)
                : stored.ContainsKey(LoraAdapter.Names(module.Key).Down) || stored.ContainsKey(LoraAdapter.Names(module.Key).Up))
            .Select(module => module.Value).ToList();
        if (modules.Count == 0)
            throw Other(folder, $"the model has none of its target_modules ({string.Join(", ", config.TargetModules)})", config);
        var wanted = modules.SelectMany(module => LoraAdapter.Pair(module, config)).ToList();
        var missing = wanted.Where(tensor => !stored.ContainsKey(tensor.Name)).Select(tensor => tensor.Name).ToList();
        if (missing.Count > 0)
            throw Other(folder, $"it lacks {Some(missing)}", config);
        foreach (var tensor in wanted)
        {
            var found = stored[tensor.Name];
            if (!found.Shape.AsSpan().SequenceEqual(tensor.Sizes))
            {
                throw Other(
                    folder,
                    $"{tensor.Name} has the shape [{string.Join(", ", found.Shape)}], and for this model and r = {config.Rank} it is "
                    + $"[{string.Join(", ", tensor.Sizes)}]", config);
            }

            if (!found.IsFloatingPoint)
                throw new RequestException($"{tensor.Name} has the element type {found.Type}", folder, "use an unquantised adapter");
        }

        var unused = stored.Keys.Except(wanted.Select(tensor => tensor.Name)).ToList();
        return unused.Count == 0 ? modules
            : throw new RequestException(
                $"{Some(unused)} belong to no module of target_modules", folder, "correct target_modules in adapter_config.json");
    }

    private static RequestException Other(string folder, string what, LoraConfig config) => new(
        $"the adapter is for another model: {what}", folder,
        config.BaseModel.Length > 0 ? $"use it with {config.BaseModel}" : "use it with the model that it was trained on");

    private static string Some(List<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal).Take(3)) + (names.Count > 3 ? $" and {names.Count - 3} more" : "");
}
