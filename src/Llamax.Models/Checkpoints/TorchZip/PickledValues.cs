using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.TorchZip;

// What a pickle of the allow-list is made of; null, bool, long, double, string, byte[] and List<object?> stand for themselves.

/// <summary>A name of Python that the allow-list has. It is never called: what it would make is made here.</summary>
internal sealed record PickledGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

internal sealed class PickledTuple(object?[] items)
{
    public IReadOnlyList<object?> Items { get; } = items;
}

/// <summary>A dictionary in its order. Keys that are no strings are kept under their text: weights are found by strings alone.</summary>
internal sealed class PickledDictionary
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, object?>> _items = [];

    public IReadOnlyList<KeyValuePair<string, object?>> Items => _items;

    public object? Find(string key) => _places.TryGetValue(key, out var place) ? _items[place].Value : null;

    public void Set(object? key, object? value)
    {
        var name = key as string ?? Convert.ToString(key, System.Globalization.CultureInfo.InvariantCulture) ?? "None";
        if (_places.TryAdd(name, _items.Count))
            _items.Add(new(name, value));
        else
            _items[_places[name]] = new(name, value);
    }
}

/// <summary>An object whose class is known to be mere data (a namespace of arguments, a number of numpy), without its content.</summary>
internal sealed record PickledObject(PickledGlobal Class);

/// <summary>The numbers of one or more tensors: a file of the archive.</summary>
internal sealed record PickledStorage(ScalarType Type, string Key, long Elements);

/// <summary>A view into a storage.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);
