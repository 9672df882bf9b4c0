namespace Llamax.Corpus.Packing;

/// <summary>
/// Best fit with a bounded number of open blocks: a document goes where the least room is left over, ties to the oldest block; when
/// none has room and the bound is reached, the fullest block leaves. The order of arrival alone decides the result.
/// </summary>
internal sealed class BlockBins(int blockLength, int openBlocks, Action<List<DocumentTokens>> emit)
{
    private readonly List<(List<DocumentTokens> Documents, int Room)> _open = new(openBlocks);

    /// <summary>Lays documents side by side into one block; together they are no longer than it.</summary>
    public void Add(params ReadOnlySpan<DocumentTokens> together)
    {
        var size = 0;
        foreach (var document in together)
            size += document.Tokens.Length;
        var best = TightestFor(size);
        if (best < 0)
        {
            if (_open.Count == openBlocks)
                Emit(TightestFor(0));
            best = _open.Count;
            _open.Add(([], blockLength));
        }

        var (documents, room) = _open[best];
        documents.AddRange(together);
        _open[best] = (documents, room - size);
        if (room == size)
            Emit(best);
    }

    /// <summary>Sends off every open block, oldest first.</summary>
    public void Flush()
    {
        while (_open.Count > 0)
            Emit(0);
    }

    private int TightestFor(int size)
    {
        var best = -1;
        for (var i = 0; i < _open.Count; i++)
            if (_open[i].Room >= size && (best < 0 || _open[i].Room < _open[best].Room))
                best = i;
        return best;
    }

    private void Emit(int index)
    {
        var documents = _open[index].Documents;
        _open.RemoveAt(index);
        emit(documents);
    }
}
