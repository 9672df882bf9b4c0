using Llamax.Models.EncoderDecoder;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>
/// Keys and values of a batch under decoding. What all prompts begin with is stored once, the rest of a prompt once for all rows
/// that continue it, and the new tokens step by step, in the slots of the rows that wrote them. Reordering rows moves no numbers:
/// every row remembers in which slots its line of parents wrote. All rows have made the same number of steps.
/// The prompts of an encoder-decoder are its sources, as its decoder attends to them.
/// </summary>
/// <remarks>One thread at a time. The tensors are owned here.</remarks>
public sealed class KeyValueCache : IDisposable
{
    // Reading fewer common tokens once gains less than one more forward pass costs.
    private const int WorthSharing = 8;

    private readonly int _heads;
    private readonly int _headSize;
    private readonly int? _window;
    private readonly LayerCache[] _layers;
    private readonly bool _isManaged;
    private readonly List<int[]> _slots = [];   // [steps][row]
    private int[] _promptOfRow = [];
    private int[] _ownLengths = [];
    private int _mostNewTokens;

    public KeyValueCache(CausalModel model)
        : this(
            model.Config.Layers, model.Config.KeyValueHeads, model.Config.HeadSize, model.Config.SlidingWindow, model.DType, model.Device)
    {
    }

    public KeyValueCache(EncoderDecoderModel model)
        : this(model.Config.DecoderLayers, model.Config.DecoderHeads, model.Config.Decoder.HeadSize, null, model.DType, model.Device)
    {
    }

    private KeyValueCache(int layers, int heads, int headSize, int? window, ScalarType dtype, Device device)
    {
        (_heads, _headSize, _window, Device) = (heads, headSize, window, device);
        _isManaged = CachedAttention.Handles(dtype, device, headSize);
        _layers = [.. Enumerable.Range(0, layers).Select(_ => new LayerCache(_isManaged))];
    }

    /// <summary>Live rows.</summary>
    public int Rows => _promptOfRow.Length;

    /// <summary>New tokens in every row.</summary>
    public int Steps => _slots.Count;

    /// <summary>Bytes of the stored keys and values, room for some steps to come included.</summary>
    public long Bytes => _layers.Sum(layer => layer.Bytes);

    /// <summary>Tokens that all prompts begin with, stored once; 0 = too few to be worth it.</summary>
    internal int Common { get; private set; }

    internal Device Device { get; }

    internal LayerCache this[int layer] => _layers[layer];

    /// <summary>
    /// Replaces the live rows: new row i continues old row <paramref name="parents"/>[i]. A row named twice is forked, a row not
    /// named is freed, and a prompt without rows gives its memory back once half of them have none.
    /// </summary>
    public void Select(ReadOnlySpan<int> parents)
    {
        var isIdentity = parents.Length == Rows;
        for (var i = 0; i < parents.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(parents[i]);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parents[i], Rows);
            isIdentity &= parents[i] == i;
        }

        if (isIdentity)
            return;
        _promptOfRow = Pick(_promptOfRow, parents);
        for (var step = 0; step < _slots.Count; step++)
            _slots[step] = Pick(_slots[step], parents);
        DropPrompts();
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }

    /// <summary>
    /// Forgets everything and expects keys and values from each layer: first those of the <see cref="Common"/> tokens, where there
    /// are any, then those of the rest of every prompt.
    /// </summary>
    internal void Begin(IReadOnlyList<int[]> prompts, int mostNewTokens) =>
        Begin(prompts.Select(prompt => prompt.Length), CommonLength(prompts), mostNewTokens);

    /// <summary>Forgets everything and expects keys and values of whole prompts or sources from each layer.</summary>
    internal void Begin(IEnumerable<int> lengths, int mostNewTokens) => Begin(lengths, 0, mostNewTokens);

    /// <summary>Makes room for one more token of every row and says how the rows lie.</summary>
    /// <exception cref="InvalidOperationException">More steps than announced.</exception>
    internal StepPlan NextStep()
    {
        if (Steps == _mostNewTokens)
            throw new InvalidOperationException($"The cache was made for {_mostNewTokens} new tokens.");
        foreach (var layer in _layers)
            layer.Reserve(Rows, Steps, _mostNewTokens, _heads, _headSize);
        _slots.Add([.. Enumerable.Range(0, Rows)]);
        return new StepPlan(_promptOfRow, Common, _ownLengths, _slots, _window, Device, _isManaged);
    }

    private void Begin(IEnumerable<int> lengths, int common, int mostNewTokens)
    {
        foreach (var layer in _layers)
            layer.Dispose();
        _slots.Clear();
        Common = common;
        _ownLengths = [.. lengths.Select(length => length - common)];
        _promptOfRow = [.. Enumerable.Range(0, _ownLengths.Length)];
        _mostNewTokens = mostNewTokens;
    }

    private static int CommonLength(IReadOnlyList<int[]> prompts)
    {
        var common = prompts.Min(prompt => prompt.Length) - 1;   // every prompt keeps a token of its own, whose state is wanted
        foreach (var prompt in prompts)
            common = Math.Min(common, prompts[0].AsSpan().CommonPrefixLength(prompt));
        return prompts.Count > 1 && common >= WorthSharing ? common : 0;
    }

    private static int[] Pick(int[] values, ReadOnlySpan<int> parents)
    {
        var selected = new int[parents.Length];
        for (var i = 0; i < parents.Length; i++)
            selected[i] = values[parents[i]];
        return selected;
    }

    private void DropPrompts()
    {
        var live = _promptOfRow.Distinct().Order().ToArray();
        if (live.Length == 0 || live.Length * 2 > _ownLengths.Length)
            return;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        _ownLengths = Pick(_ownLengths, live);
        var index = tensor(Array.ConvertAll(live, prompt => (long)prompt), device: Device);
        foreach (var layer in _layers)
            layer.SelectPrompts(index, _ownLengths.Max());
        _promptOfRow = [.. _promptOfRow.Select(prompt => Array.BinarySearch(live, prompt))];
    }
}
